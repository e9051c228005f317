from __future__ import annotations

import pytest

from assay.assess.built_names import Standing, weigh, weigh_code
from assay.domain.facts import BuiltObject
from tests.unit.assess.subjects import at

HONEST, RUNS, REACHES, CUSTOM, UNKNOWN = (
    Standing.HONEST,
    Standing.RUNS,
    Standing.REACHES,
    Standing.CUSTOM,
    Standing.UNKNOWN,
)


def standing(framework, target, kind="class", registered=""):
    module, _, name = target.rpartition(".")
    item = BuiltObject(
        place=at("a"), module=module, name=name, kind=kind, registered=registered
    )
    return weigh(item, framework).standing


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("torch.nn.Linear", HONEST),
        ("torch.optim.lr_scheduler.StepLR", HONEST),
        ("torch.nn.functional.relu", HONEST),
        ("lightning.pytorch.callbacks.ModelCheckpoint", HONEST),
        ("nemo.collections.asr.models.EncDecCTCModel", HONEST),
        ("collections.OrderedDict", HONEST),
        ("os.system", RUNS),
        ("posix.system", RUNS),
        ("subprocess.Popen", RUNS),
        ("os.${name}", RUNS),
        ("${name}", UNKNOWN),
        ("builtins.eval", RUNS),
        ("importlib.import_module", REACHES),
        ("torch.load", REACHES),
        ("torch.hub.load", REACHES),
        ("numpy.load", REACHES),
        ("nltk.download", REACHES),
        ("webbrowser.open", REACHES),
        ("hydra.utils.instantiate", REACHES),
        ("hydra.utils.get_class", HONEST),
        ("functools.partial", HONEST),
        ("builtins.dict", HONEST),
        ("datasets.load_dataset", UNKNOWN),
        ("pathlib.Path.write_text", REACHES),
        ("shutil.rmtree", REACHES),
        ("transformers.AutoModel.from_pretrained", CUSTOM),
        ("house.models.Attic", UNKNOWN),
        ("transformers.models.strange_thing", UNKNOWN),
        ("Attic", UNKNOWN),
    ],
)
def test_dotted_names_are_weighed(target, expected):
    assert standing("hydra", target) is expected


@pytest.mark.parametrize(
    ("target", "kind", "registered", "expected"),
    [
        ("Dense", "layer", "", HONEST),
        ("Attic", "layer", "house>Attic", CUSTOM),
        ("Functional", "layer", "Functional", HONEST),
        ("builtins.relu", "function", "relu", HONEST),
        ("builtins.eval", "function", "eval", RUNS),
        ("keras.layers.Dense", "layer", "", HONEST),
        ("keras.src.models.functional.Functional", "layer", "", HONEST),
        ("tensorflow.keras.layers.Dense", "layer", "", HONEST),
        ("keras.losses.mean_squared_error", "function", "", HONEST),
        ("keras.ops.numpy.sin", "function", "", HONEST),
        ("keras.utils.get_file", "function", "", REACHES),
        ("keras.config.enable_unsafe_deserialization", "function", "", REACHES),
        ("keras.src.utils.file_utils.makedirs", "function", "", REACHES),
        ("keras.Variable", "function", "", HONEST),
        ("keras.layers.deserialize", "function", "", REACHES),
        ("keras.callbacks.RemoteMonitor", "layer", "", REACHES),
        ("keras_hub.models.BertBackbone", "layer", "", HONEST),
        ("tensorflow.math.multiply", "function", "", HONEST),
        ("tensorflow.io.write_file", "function", "", REACHES),
        ("tensorflow.py_function", "function", "", REACHES),
        ("os.system", "layer", "", RUNS),
        ("house.layers.Attic", "layer", "", UNKNOWN),
    ],
)
def test_names_of_keras_are_weighed(target, kind, registered, expected):
    assert standing("keras", target, kind, registered) is expected


@pytest.mark.parametrize(
    ("framework", "target", "expected"),
    [
        ("diffusers", "diffusers.UNet2DConditionModel", HONEST),
        ("diffusers", "stable_diffusion.StableDiffusionSafetyChecker", HONEST),
        ("diffusers", "null.null", HONEST),
        ("diffusers", "os.system", RUNS),
        ("diffusers", "subprocess.Popen", RUNS),
        ("mlflow", "mlflow.sklearn", HONEST),
        ("mlflow", "mlflow.pyfunc.model", HONEST),
        ("mlflow", "os.system", RUNS),
        ("mlflow", "house_loader", UNKNOWN),
        ("hdf5", "hdf5-filter.32001", HONEST),
        ("hdf5", "hdf5-filter.51966", REACHES),
        ("skops", "sklearn.svm._classes.SVC", HONEST),
        ("skops", "numpy.log1p", HONEST),
        ("skops", "operator.methodcaller", RUNS),
    ],
)
def test_names_are_weighed_in_the_light_of_who_builds_them(framework, target, expected):
    assert standing(framework, target) is expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("__import__ os system", RUNS),
        ("subprocess", RUNS),
        ("os.system('x')", RUNS),
        ("tf reduce_mean keras backend", REACHES),
        ("my_system opener", REACHES),
    ],
)
def test_code_is_weighed_by_its_words(code, expected):
    assert weigh_code(code).standing is expected
