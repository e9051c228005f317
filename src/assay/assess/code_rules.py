"""What code may be found to do, how bad that is, and what is to be done about it."""

from __future__ import annotations

from assay.assess.check import Rule
from assay.domain.finding import Confidence, Severity

__all__ = ["RULES"]

_RUNS = ("CWE-506", "CWE-78", "AML.T0011.000", "AML.T0018.002")
_REVIEW = (
    "Do not load it. Publishers: remove it; what a model needs can be computed "
    "without it."
)

HOSTILE_COMMAND = Rule(
    id="hostile-command",
    severity=Severity.CRITICAL,
    confidence=Confidence.HIGH,
    summary="A command fetches and runs programs, opens a shell or wipes traces",
    remediation="Do not load or run it. Publishers: remove it, and find out who put it "
    "there.",
    gain="Runs whatever the other side serves, with the rights of who starts it.",
    references=_RUNS,
)
PROGRAM = Rule(
    id="starts-program",
    severity=Severity.CRITICAL,
    confidence=Confidence.HIGH,
    summary="Importing or loading the code starts a program",
    remediation=_REVIEW,
    gain="Runs any program where the model is loaded.",
    references=_RUNS,
)
PROGRAM_IN_USE = Rule(
    id="starts-program-in-use",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    summary="Using the model starts a program or runs text as code",
    remediation=_REVIEW,
    gain="Runs as soon as the model is given its first input.",
    references=_RUNS,
)
PROGRAM_ON_CALL = Rule(
    id="starts-program-on-call",
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    summary="A function starts a program when it is called",
    remediation="Do not call it before somebody has read it. Publishers: remove it, or "
    "say in the card what it is for.",
    gain="Runs a program once somebody calls the function.",
    references=("CWE-78", "AML.T0011.000"),
)
PROGRAM_OF_TOOL = Rule(
    id="tool-starts-program",
    severity=Severity.LOW,
    confidence=Confidence.MEDIUM,
    summary="A script that no library loads starts programs when a person runs it",
    remediation="Say in the card what the script is for.",
    gain="Runs programs as whoever tries the script.",
    references=("CWE-78",),
)
KNOWN_PROGRAM = Rule(
    id="known-program",
    severity=Severity.LOW,
    confidence=Confidence.HIGH,
    summary="A well-known harmless program is started, such as `git describe`",
    remediation="Remove it where nothing needs it.",
    gain="Whoever plants a program of that name on the search path has it run.",
    references=("CWE-78",),
)
HIDDEN = Rule(
    id="hidden-code",
    severity=Severity.CRITICAL,
    confidence=Confidence.MEDIUM,
    summary="The code hides what it does: decoded and run, or names in pieces",
    remediation="Do not load it: nobody can tell what it does. Publishers: publish the "
    "source as it is meant to be read.",
    gain="Runs what nobody who reads the source can see.",
    references=("CWE-506", "CWE-1007", "AML.T0018.002"),
)
DYNAMIC = Rule(
    id="runs-text",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    summary="Importing or loading the code runs text or files as code",
    remediation="Do not load it before somebody has read what it runs. Publishers: "
    "write the code out, or replace `eval` by a table of what is allowed.",
    gain="Runs whatever the text says, which need not be in the release.",
    references=("CWE-95", "CWE-94", "AML.T0011.000"),
)
DYNAMIC_ON_CALL = Rule(
    id="runs-text-on-call",
    severity=Severity.LOW,
    confidence=Confidence.MEDIUM,
    summary="A function runs text as code, or imports what it is told to",
    remediation="Replace it by a table of what is allowed.",
    gain="Runs whatever text reaches the function, from a prompt or a file.",
    references=("CWE-95",),
)
NATIVE = Rule(
    id="loads-native-code",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    summary="Importing or loading the code loads or compiles machine code",
    remediation="Do not load it unless you trust who built that machine code. "
    "Publishers: use kernels of a package that its own provenance vouches for.",
    gain="Runs machine code, which nobody can review, where the model is loaded.",
    references=("CWE-114", "AML.T0018.002"),
)
NATIVE_ON_CALL = Rule(
    id="native-code-on-call",
    severity=Severity.LOW,
    confidence=Confidence.MEDIUM,
    summary="A function loads or compiles machine code when it is called",
    remediation="Use kernels of a package that its own provenance vouches for.",
    gain="Runs machine code that no reviewer of the source reads.",
    references=("CWE-114",),
)
INSTALLS = Rule(
    id="installs-packages",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    summary="Importing or loading the code installs packages",
    remediation="Do not load it where packages can be installed. Publishers: name what "
    "is needed in the card or in a pinned requirements file.",
    gain="Whoever owns one of those names runs code where the model is loaded.",
    references=("CWE-829", "CWE-494", "AML.T0010.001"),
)
INSTALLS_ON_CALL = Rule(
    id="installs-on-call",
    severity=Severity.LOW,
    confidence=Confidence.HIGH,
    summary="A function, notebook or script installs packages from the usual index",
    remediation="Name what is needed in a pinned requirements file.",
    gain="Runs the code of a package whose version somebody else chooses.",
    references=("CWE-829",),
)
NETWORK = Rule(
    id="opens-connection",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    summary="Importing, loading or using the code opens a connection",
    remediation="Do not load it with a connection. Publishers: put what it fetches "
    "into the release, where the digest binds it.",
    gain="Sends data out, or fetches what decides how the model behaves.",
    references=("CWE-829", "CWE-506", "AML.T0025"),
)
NETWORK_SOFT = Rule(
    id="fetches-files",
    severity=Severity.LOW,
    confidence=Confidence.MEDIUM,
    summary="A function fetches files, such as images or weights",
    remediation="Put what it fetches into the release, or say in the card what it is.",
    gain="Whoever holds the address chooses what is fetched, and learns who asks.",
    references=("CWE-829",),
)
EXFILTRATION = Rule(
    id="secrets-sent",
    severity=Severity.CRITICAL,
    confidence=Confidence.MEDIUM,
    summary="The code reads secrets and opens a connection",
    remediation="Do not load it; where it ran, replace those secrets. Publishers: "
    "remove it, and find out who put it there.",
    gain="Takes credentials from whoever loads the model.",
    references=("CWE-200", "CWE-506", "AML.T0025"),
)
SECRET_FILES = Rule(
    id="reads-secrets",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    summary="The code reads where credentials are kept, or searches a whole home",
    remediation=_REVIEW,
    gain="Takes keys and tokens from whoever loads the model.",
    references=("CWE-200", "AML.T0025"),
)
PERSISTENCE = Rule(
    id="changes-system",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    summary="The code writes where programs start from, or wipes files of the system",
    remediation=_REVIEW,
    gain="Runs again whenever the machine or a program starts, or destroys data.",
    references=("CWE-506", "CWE-732"),
)
DELETES = Rule(
    id="deletes-files",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    summary="Importing or loading the code deletes files",
    remediation=_REVIEW,
    gain="Destroys files of whoever loads the model.",
    references=("CWE-506",),
)
WRITES = Rule(
    id="changes-files",
    severity=Severity.LOW,
    confidence=Confidence.MEDIUM,
    summary="Importing or loading the code writes or removes files",
    remediation="Leave it to the caller to write files.",
    gain="Puts other content where whoever loads the model keeps files.",
    references=("CWE-73",),
)
DESERIALISES = Rule(
    id="loads-objects",
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    summary="Importing or loading the code reads pickles or byte code",
    remediation=(
        "Keep data as safetensors or JSON; read checkpoints with `weights_only`, YAML "
        "with `safe_load`."
    ),
    gain="Runs what the pickle or YAML file says, wherever that comes from.",
    references=("CWE-502", "AML.T0011.000"),
)
DESERIALISES_SOFT = Rule(
    id="loads-objects-on-call",
    severity=Severity.LOW,
    confidence=Confidence.MEDIUM,
    summary="The code reads checkpoints that may be pickles",
    remediation=(
        "Keep data as safetensors or JSON; read checkpoints with `weights_only`, YAML "
        "with `safe_load`."
    ),
    gain="Runs what somebody puts in the place of the checkpoint.",
    references=("CWE-502",),
)
DESERIALISES_ELSEWHERE = Rule(
    id="loads-objects-elsewhere",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    summary="Loading the code unpickles what it fetches, or what lies outside",
    remediation=(
        "Do not load it. Publishers: put the data into the release as safetensors or "
        "JSON, or name one commit and read it with `weights_only=True`."
    ),
    gain="Whoever may change that file runs code where the model is loaded.",
    references=("CWE-502", "CWE-494", "AML.T0010.001", "AML.T0011.000"),
)
TRUSTS_ELSEWHERE = Rule(
    id="trusts-code-elsewhere",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    summary="Loading or using the code runs code of another repository",
    remediation="Do not load it before somebody has read that code. Publishers: copy "
    "the reviewed code into the release, where the digest binds it, "
    "or name one commit of the other repository.",
    gain="The owner of the other repository changes what runs, at any time.",
    references=("CWE-829", "CWE-494", "AML.T0010.001", "LLM04:2026"),
)
TRUSTS = Rule(
    id="trusts-code",
    severity=Severity.LOW,
    confidence=Confidence.HIGH,
    summary="Code of a repository is run that is pinned, or that the caller names",
    remediation="Leave it to the caller whether code of others is run.",
    gain="Runs code of a repository that the release does not hold.",
    references=("CWE-829",),
)
DISARMS = Rule(
    id="disarms-loader",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    summary="Importing or loading the code exchanges a loader, or its safeguards",
    remediation="Do not load it beside anything else. Publishers: pass what is needed "
    "where it is needed, and leave the loader alone.",
    gain="Has all other files of the program loaded without their safeguards.",
    references=("CWE-502", "CWE-829", "CWE-506"),
)
DISARMS_ON_CALL = Rule(
    id="disarms-loader-on-call",
    severity=Severity.LOW,
    confidence=Confidence.MEDIUM,
    summary="A function or script exchanges a loader, or its safeguards",
    remediation="Pass what is needed where it is needed, and leave the loader alone.",
    gain="Lets the next file that is loaded run code.",
    references=("CWE-502",),
)
OPENED = Rule(
    id="runs-when-opened",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    summary="Opening, checking out or installing the folder runs a command",
    remediation="Do not open the folder with such a tool: delete the file first. "
    "Publishers: remove it; no model needs the settings of an editor or of git.",
    gain="Runs a program as soon as somebody opens the folder with a common tool.",
    references=("CWE-506", "CWE-78", "CWE-829", "AML.T0011.000"),
)
TOOL_RUNS = Rule(
    id="tool-runs-command",
    severity=Severity.LOW,
    confidence=Confidence.MEDIUM,
    summary="A tool runs a command of the release when a person asks it to",
    remediation="Remove the file where nobody needs it.",
    gain="Runs what the release says as whoever uses the tool.",
    references=("CWE-78",),
)
FOREIGN_SCRIPT = Rule(
    id="foreign-script",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    summary="A page takes a script from a host that is no widely known library's",
    remediation="Do not open the page. Publishers: put the script into it, or take it "
    "out.",
    gain="Whoever runs that host decides what runs in the browser of who reads it.",
    references=("CWE-829", "CWE-79"),
)
PLAIN_SCRIPT = Rule(
    id="unencrypted-script",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    summary="A page takes a script without encryption from a host that is not known",
    remediation="Do not open the page. Publishers: put the script into it, or take it "
    "out.",
    gain="Whoever runs that host, or stands before it, runs code in the browser.",
    references=("CWE-829", "CWE-319", "CWE-79"),
)
ACTIVE_CONTENT = Rule(
    id="active-content",
    severity=Severity.INFO,
    confidence=Confidence.HIGH,
    summary="A page or the output of a notebook holds scripts for a browser",
    remediation="Clear the outputs of notebooks before publishing them.",
    gain="Runs in the browser of whoever opens the page or trusts the notebook.",
    references=("CWE-79",),
)

RULES = (
    HOSTILE_COMMAND,
    PROGRAM,
    PROGRAM_IN_USE,
    PROGRAM_ON_CALL,
    PROGRAM_OF_TOOL,
    KNOWN_PROGRAM,
    HIDDEN,
    DYNAMIC,
    DYNAMIC_ON_CALL,
    NATIVE,
    NATIVE_ON_CALL,
    INSTALLS,
    INSTALLS_ON_CALL,
    NETWORK,
    NETWORK_SOFT,
    EXFILTRATION,
    SECRET_FILES,
    PERSISTENCE,
    DELETES,
    WRITES,
    DESERIALISES,
    DESERIALISES_SOFT,
    DESERIALISES_ELSEWHERE,
    TRUSTS_ELSEWHERE,
    TRUSTS,
    DISARMS,
    DISARMS_ON_CALL,
    OPENED,
    TOOL_RUNS,
    FOREIGN_SCRIPT,
    PLAIN_SCRIPT,
    ACTIVE_CONTENT,
)
