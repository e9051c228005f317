"""Names that descriptions of models have built, with the reason why each is judged so.

The lists of names for pickles say what runs code, wherever it is named. Here is what
only a description may name: classes of frameworks, which are what honest descriptions
are made of, and functions of those frameworks that reach out of the model.
"""

from __future__ import annotations

import re

__all__ = [
    "CALLS",
    "DANGEROUS_CODE",
    "FETCHERS",
    "FRAMEWORKS",
    "HDF5_FILTERS",
    "HONEST_FUNCTIONS",
    "KERAS_CALLS",
    "KERAS_FUNCTIONS",
    "KERAS_OUTWARD",
    "KERAS_PACKAGES",
    "LOGGING",
    "PIPELINE_NAME",
    "TENSORFLOW_CALLS",
    "TENSORFLOW_PACKAGES",
]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Packages whose classes describe models, data or training, and do nothing but hold
# settings and numbers when they are made.
FRAMEWORKS = _words(
    "torch torchvision torchaudio torchmetrics torchtune torchtext transformers "
    "diffusers nemo pytorch_lightning lightning lightning_fabric monai timm sklearn "
    "numpy scipy pandas speechbrain ldm sgm k_diffusion tensorflow keras tf_keras "
    "keras_hub keras_nlp keras_cv sentence_transformers mlflow gluonts uni2ts megatron "
    "audiocraft fairseq fairseq2 fairscale xformers bitsandbytes peft accelerate trl "
    "datasets tokenizers open_clip spacy thinc ultralytics allennlp allennlp_models "
    "haystack optimum onnxruntime optuna xgboost lightgbm catboost jax flax optax "
    "haiku einops segmentation_models_pytorch kornia detectron2 mmcv mmdet mmseg "
    "omegaconf collections datetime builtins pathlib functools imagen_pytorch "
    "dgl torch_geometric ignite deepspeed apex vllm flair stanza gensim setfit "
    "span_marker colbert pylate quantile_forest imblearn statsmodels prophet darts "
    "neuralforecast chronos super_gradients anomalib lerobot boltz esm"
)
# Packages of these frameworks are asked for by bare names beside a class.
PIPELINE_NAME = re.compile(r"[a-z][a-z0-9_]*\Z", re.ASCII)

# Functions that descriptions call honestly: they make layers, data or settings.
HONEST_FUNCTIONS = re.compile(
    r"(?:functools\.partial\Z|torch\.nn\.|torch\.optim\.|torch\.distributions\.|torchvision\.|torchaudio\."
    r"|torchtune\.|timm\.|monai\.(?:data|transforms|networks|losses|metrics|inferers"
    r"|engines|handlers|optimizers|utils)\.|transformers\.get_\w+\Z|ldm\.|nemo\."
    r"|numpy\.\w+\Z|scipy\.special\.|einops\.|speechbrain\.(?!utils\.(?:fetching"
    r"|parameter_transfer))|megatron\.|keras\.|sklearn\.|torch\.\w+\Z|uni2ts\."
    r"|gluonts\.|torchmetrics\.|collections\.|lightning\.|pytorch_lightning\.)"
)

# Functions and classes that fetch, load or run what their arguments name.
CALLS: dict[str, str] = {
    "nltk.download": "it fetches files from the network",
    "webbrowser.open": "it opens an address on the machine of whoever loads it",
    "torch.load": "it unpickles a file",
    "torch.jit.load": "it loads a program",
    "torch.hub.load": "it fetches and runs code of a repository",
    "torch.hub.load_state_dict_from_url": "it fetches and unpickles a file",
    "torch.hub.download_url_to_file": "it writes a file fetched from the network",
    "torch.package.PackageImporter": "it loads a package of code",
    "torch.utils.cpp_extension.load": "it compiles and loads native code",
    "torch.utils.cpp_extension.load_inline": "it compiles and loads native code",
    "torch.utils.model_zoo.load_url": "it fetches and unpickles a file",
    "torch.ops.load_library": "it loads native code",
    "torch.classes.load_library": "it loads native code",
    "numpy.load": "it may unpickle a file",
    "numpy.fromfile": "it reads any file",
    "numpy.memmap": "it opens any file",
    "numpy.savetxt": "it writes any file",
    "numpy.save": "it writes any file",
    "numpy.loadtxt": "it reads any file or address",
    "numpy.genfromtxt": "it reads any file or address",
    "pandas.read_pickle": "it unpickles a file",
    "pandas.eval": "it evaluates a text",
    "pandas.read_csv": "it reads any file or address",
    "joblib.load": "it unpickles a file",
    "cloudpickle.load": "it unpickles a file",
    "dill.load": "it unpickles a file",
    "keras.models.load_model": "it loads a model that may hold code",
    "tensorflow.saved_model.load": "it loads a program",
    "tensorflow.load_library": "it loads native code",
    "tensorflow.load_op_library": "it loads native code",
    "tensorflow.py_function": "it calls any function",
    "mlflow.pyfunc.load_model": "it loads a model that may hold code",
    "huggingface_hub.hf_hub_download": "it fetches files from the network",
    "huggingface_hub.snapshot_download": "it fetches files from the network",
    "hydra.utils.call": "it calls whatever its arguments name",
    "hydra.utils.instantiate": "it builds whatever its arguments name",
    "hydra._internal.utils._locate": "it fetches whatever its arguments name",
    "speechbrain.utils.fetching.fetch": "it fetches files from the network",
    "monai.bundle.load": "it fetches and builds what a bundle names",
    "monai.bundle.run": "it runs a bundle",
    "monai.bundle.download": "it fetches files from the network",
    "monai.apps.download_and_extract": "it fetches and unpacks an archive",
    "monai.utils.optional_import": "it imports whatever its arguments name",
    "fairseq.utils.import_user_module": "it imports code of any directory",
    "mmcv.Config.fromfile": "it runs a configuration that is code",
    "lightning.pytorch.LightningModule.load_from_checkpoint": "it unpickles a file",
    "sklearn.datasets.fetch_openml": "it fetches data from the network",
    "pathlib.Path.unlink": "it deletes any file",
    "pathlib.Path.write_text": "it writes any file",
    "pathlib.Path.read_text": "it reads any file",
}

# What only fetches a name that stands beside it, and that is judged on its own.
FETCHERS = frozenset(
    {"hydra.utils.get_class", "hydra.utils.get_method", "hydra.utils.get_object"}
)

KERAS_PACKAGES = ("keras", "tf_keras", "keras_hub", "keras_nlp", "keras_cv")
# Where Keras keeps the functions that layers, losses and metrics are made with.
KERAS_FUNCTIONS = _words(
    "activations initializers losses metrics regularizers constraints ops layers "
    "optimizers quantizers random applications backend_api_activations"
)
# What Keras itself refuses to call while it loads a model, and what else of it opens
# files or switches protection off.
KERAS_CALLS = _words(
    "get_file enable_unsafe_deserialization load_model save_model load_weights "
    "save_weights model_from_json model_from_config deserialize_keras_object "
    "deserialize serialize get "
    "serialize_keras_object register_keras_serializable load_img save_img "
    "image_dataset_from_directory text_dataset_from_directory "
    "audio_dataset_from_directory timeseries_dataset_from_array clear_session "
    "func_load func_dump disable_interactive_logging plot_model extract_archive "
    "TorchModuleWrapper"
)

# Modules of Keras whose classes write, send, fetch or export.
KERAS_OUTWARD = _words("callbacks datasets export distribution")

TENSORFLOW_PACKAGES = ("tensorflow", "tf")
# Functions of TensorFlow that read, write, fetch, load or call what they are given.
TENSORFLOW_CALLS = _words(
    "read_file write_file matching_files MatchingFiles ReadFile WriteFile py_function "
    "numpy_function py_func load_library load_op_library save restore save_v2 "
    "restore_v2 Save SaveV2 Restore RestoreV2 load_file_system_library glob copy "
    "remove rmtree rename mkdir makedirs GFile eval import_graph_def import_meta_graph "
    "TFRecordWriter TFRecordDataset FixedLengthRecordDataset TextLineDataset "
    "get_file load_model debug_identity print_v2 PyFunc EagerPyFunc load run_function "
    "write_graph"
)

# Handlers, formatters and filters of common libraries, and what they write to.
LOGGING = re.compile(
    r"sys\.(?:__)?std(?:out|err)(?:__)?|(?:logging\.)?(?:handlers\.)?[A-Z]\w*"
    r"|(?:pythonjsonlogger|rich|uvicorn|gunicorn|structlog|colorlog|coloredlogs|loguru"
    r"|concurrent_log_handler|watchtower|ecs_logging|google|opencensus|sentry_sdk"
    r"|django|flask|hydra|tqdm|pytorch_lightning|lightning|transformers|accelerate"
    r"|nemo|ray|dask|distributed|kedro|mlflow|wandb|graypy|logstash|logstash_async"
    r"|asgi_correlation_id|daiquiri|click_log|celery)\.(?:\w+\.)*[A-Z]\w*"
)

# Filters that HDF5 has itself, and those registered with the HDF Group that model
# files use: PyTables' and hdf5plugin's.
HDF5_FILTERS = _words(
    "1 2 3 4 5 6 305 307 32000 32001 32003 32004 32005 32006 32008 32013 32015 32017 "
    "32018 32019 32022 32023 32024 32025 32026 32027 32028 32029"
)

# Words in compiled or written code that no layer of a model needs.
DANGEROUS_CODE = re.compile(
    r"(?<![\w.])(?:os\.(?:system|popen|exec\w*|spawn\w*|remove|unlink|environ)|system"
    r"|popen|subprocess|Popen|check_output|check_call|__import__|importlib"
    r"|import_module|exec|execfile|eval|compile|socket|urllib|urlopen|requests"
    r"|httpx|ftplib|pickle|marshal|ctypes|shutil|pty|__builtins__|__globals__"
    r"|__subclasses__|getattr|b64decode|webbrowser|open)(?!\w)"
)
