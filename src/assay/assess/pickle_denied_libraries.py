"""Names in libraries that no honest model file needs, and what they give an attacker.

Sources: the documentation of the libraries, and the advisories on scanners that did
not know them. What may be here is said in `pickle_denied`.
"""

from __future__ import annotations

from assay.assess.pickle_denied_entries import Gain, every, some

__all__ = ["LIBRARIES"]

LIBRARIES = (
    every(
        Gain.LOAD,
        "it downloads, compiles or runs code",
        "torch.hub torch.jit torch.package torch._dynamo torch._inductor torch._export "
        "torch._functorch torch.export torch.onnx torch.fx torch.utils.cpp_extension "
        "torch.utils.model_zoo torch.utils._config_module torch.utils._config "
        "torch.utils.bottleneck torch.utils.collect_env torch.utils.hipify "
        "torch.utils.data.datapipes torch.utils.viz torch.utils.benchmark "
        "torch.utils.show_pickle torch.testing torch.distributed torch.multiprocessing "
        "torch.ops torch.classes torch.library torch.cuda._gpu_trace torch.compiler "
        "torch._appdirs torch._running_with_deploy torch._deploy torch.monitor "
        "torch._C._distributed_rpc torch.utils.file_baton torch.utils._import_utils",
    ),
    some(
        Gain.LOAD,
        "it loads another pickle",
        "torch torch.serialization torch.storage.serialization",
        "load _load _legacy_load save _save load_file",
    ),
    some(
        Gain.NATIVE,
        "it opens native libraries or files",
        "torch torch._C torch._ops",
        "_C from_file PyTorchFileReader PyTorchFileWriter load_library _jit_",
    ),
    some(
        Gain.LOAD,
        "it loads a pickle, a file or a page",
        "numpy numpy.lib numpy.lib.npyio numpy.lib._npyio_impl numpy.lib.format "
        "numpy.lib._datasource numpy.core.multiarray numpy._core.multiarray "
        "numpy.lib._format_impl numpy.ma.mrecords",
        "load save savez loadtxt savetxt genfromtxt fromfile fromregex recfromcsv "
        "recfromtxt DataSource NpzFile read_array open_memmap fromtextfile tofile "
        "open Repository",
    ),
    every(
        Gain.RUN,
        "it runs Python source or programs",
        "numpy.f2py numpy.testing numpy.ctypeslib numpy._pytesttester "
        "numpy.lib.utils numpy.lib._utils_impl numpy.core._internal._ctypes "
        "numpy.conftest numpy.compat",
    ),
    some(
        Gain.INDIRECT,
        "it imports any name from any module",
        "numpy.core numpy._core",
        "_ufunc_reconstruct _DType_reconstruct",
    ),
    some(
        Gain.INDIRECT,
        "it calls the functions that it is given",
        "numpy numpy.lib.shape_base numpy.lib.function_base numpy.core.fromnumeric "
        "numpy.lib._function_base_impl numpy.lib._shape_base_impl numpy.core.numeric "
        "numpy._core.numeric",
        "vectorize apply_along_axis apply_over_axes piecewise frompyfunc fromfunction",
    ),
    every(
        Gain.LOAD,
        "it reads files, pages or pickles, or evaluates expressions",
        "pandas.io pandas.core.computation pandas.compat.pickle_compat pandas.util "
        "pandas.testing pandas._testing pandas.plotting",
    ),
    some(
        Gain.LOAD,
        "it reads files, pages or pickles, or evaluates expressions",
        "pandas",
        "eval read_pickle read_csv read_json read_html read_xml read_sql read_hdf "
        "read_parquet read_table read_excel to_pickle HDFStore ExcelFile ExcelWriter",
    ),
    every(
        Gain.LOAD,
        "it loads pickles or files",
        "scipy.io scipy.datasets scipy._lib._testutils scipy.weave scipy._build_utils "
        "sklearn.datasets sklearn.utils._testing sklearn.externals sklearn.conftest "
        "sklearn._build_utils sklearn.utils._show_versions sklearn.utils._mocking",
    ),
    some(
        Gain.LOAD,
        "it loads another pickle",
        "joblib joblib.numpy_pickle joblib.numpy_pickle_compat",
        "load load_compatibility _unpickle NumpyUnpickler ZipNumpyUnpickler dump",
    ),
    every(
        Gain.RUN,
        "it runs functions in other processes or from a cache",
        "joblib.externals joblib.parallel joblib._parallel_backends joblib.memory "
        "joblib.executor joblib.pool joblib.test loky distributed dask.distributed ray",
    ),
    every(
        Gain.RUN,
        "it renders templates or evaluates expressions",
        "jinja2 mako sympy numexpr asteval chameleon tornado.template "
        "django.template theano pytensor",
    ),
    every(
        Gain.LOAD,
        "it builds objects from a description",
        "yaml ruamel hydra omegaconf fire google.protobuf.descriptor_pool "
        "tensorflow keras tf_keras onnxruntime mlflow skops",
    ),
    every(
        Gain.NETWORK,
        "it connects to a server or a database, or listens",
        "sklearn.callback._transport optuna.storages._rdb optuna.storages._grpc "
        "optuna.storages._cached_storage optuna.storages.journal",
    ),
    every(
        Gain.RUN,
        "it starts a program that it is told",
        "nltk.tag.stanford nltk.tag.senna nltk.tag.hunpos nltk.classify.weka "
        "nltk.classify.megam nltk.classify.tadm nltk.parse.malt nltk.parse.corenlp "
        "nltk.parse.stanford nltk.tokenize.stanford nltk.inference nltk.sem.boxer "
        "nltk.internals gensim.models.wrappers cmdstanpy.compilation cmdstanpy.utils",
    ),
    every(
        Gain.FILES,
        "it reads a file or a page that it is told",
        "river.datasets feature_engine.datasets category_encoders.datasets",
    ),
    some(
        Gain.FILES,
        "it reads a file that it is told",
        "xgboost xgboost.core xgboost.sklearn lightgbm lightgbm.basic "
        "lightgbm.sklearn catboost catboost.core",
        "DMatrix QuantileDMatrix ExtMemQuantileDMatrix Dataset Pool "
        "OfflineMetricVisualizer MetricVisualizer",
    ),
    some(
        Gain.FILES,
        "it reads a file that it is told; honest files name it where it is defined",
        "xgboost.sklearn lightgbm.sklearn",
        "Booster",
    ),
    every(
        Gain.RUN,
        "it is a console or a test runner",
        "IPython ipykernel jupyter notebook pytest _pytest nose sh plumbum pexpect "
        "ptyprocess invoke psutil gdb bpython ptpython twisted celery gunicorn",
    ),
    every(
        Gain.RUN,
        "it starts a service, a command line or a framework's management commands",
        "django werkzeug flask gradio streamlit ansible jupyter_client fabric2 luigi "
        "airflow prefect dagster scrapy locust salt uvicorn waitress typer click "
        "deepspeed.launcher accelerate.commands lightning.pytorch.cli "
        "pytorch_lightning.cli transformers.commands transformers.cli torchrun "
        "ultralytics.utils.checks ultralytics.cfg wandb.sdk.launch PyInstaller "
        "pyinstaller virtualenv pipx conda nox tox invokes doit scons SCons",
    ),
    every(
        Gain.LOAD,
        "it imports modules, or compiles and loads code",
        "zope.dottedname traitlets.utils traitlets.config pyximport Cython.Build "
        "numba.core.serialize numba.pycc llvmlite cppyy pythran "
        "transformers.dynamic_module_utils transformers.utils.import_utils "
        "transformers.pipelines transformers.utils.hub fairseq.utils "
        "catalogue stevedore pluggy lazy_loader "
        "importlib_resources nltk.data nltk.downloader statsmodels.iolib.smpickle "
        "statsmodels.datasets spacy.cli torchtext.utils gensim.downloader "
        "tensorflow_hub kagglehub gdown evaluate "
        "modelscope lxml pycparser executing varname",
    ),
)
