"""Operators that do more than compute, by format, each with what it gives an attacker.

Names are those of the formats' own registries. What a format's table and its known
operators leave open is a custom operator: native code that the release cannot show.
Sources: the documentation of TensorFlow's raw operators and of its checkpoint format;
the contrib operators of ONNX Runtime and of onnxruntime-extensions; the list of unsafe
operators of the TensorFlow security guide; `layers/custom` of Core ML's specification.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from assay.domain.facts import Content

__all__ = ["LISTED", "OWN_DOMAINS", "VENDORS", "Deed", "Listed", "listed"]


class Deed(StrEnum):
    """What an operator does besides computing."""

    CODE = "code"
    ENGINE = "engine"
    FILES = "files"
    NETWORK = "network"
    PROCESS = "process"
    SAVING = "saving"
    VENDOR = "vendor"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """Operators that do one thing, in the domains of one format.

    Attributes:
        content: Format.
        domains: Domains that they are called by.
        names: Operators; empty for every one of the domains.
        deed: What they do.
        reason: What is so about them, as a clause that follows their name.
        harmless: Values of the operator's `detail` with which it does no such thing.
    """

    content: Content
    domains: tuple[str, ...]
    names: frozenset[str]
    deed: Deed
    reason: str
    harmless: frozenset[str] = frozenset()


def _tensorflow(
    deed: Deed, reason: str, names: str, harmless: tuple[str, ...] = ()
) -> Listed:
    return Listed(
        content=Content.SAVED_MODEL,
        domains=("",),
        names=frozenset(names.split()),
        deed=deed,
        reason=reason,
        harmless=frozenset(harmless),
    )


def _onnx(deed: Deed, reason: str, domains: str, names: str = "") -> Listed:
    return Listed(
        content=Content.ONNX,
        domains=tuple(domains.split()),
        names=frozenset(names.split()),
        deed=deed,
        reason=reason,
    )


_TENSORFLOW = (
    _tensorflow(
        Deed.CODE,
        "calls a Python function of the process by its token",
        "PyFunc PyFuncStateless EagerPyFunc",
    ),
    _tensorflow(
        Deed.CODE,
        "calls native code that something else has registered, by its name",
        "XlaCustomCall XlaCustomCallV2",
    ),
    _tensorflow(
        Deed.FILES,
        "reads a whole file, whichever its input names",
        "ReadFile WholeFileReader WholeFileReaderV2 ImmutableConst",
    ),
    _tensorflow(Deed.FILES, "writes or replaces a file", "WriteFile DumpTensor"),
    _tensorflow(
        Deed.FILES,
        "lists the files of the machine",
        "MatchingFiles MatchingFilesDataset ExperimentalMatchingFilesDataset",
    ),
    _tensorflow(
        Deed.FILES,
        "reads records out of files",
        "TextLineReader TextLineReaderV2 FixedLengthRecordReader "
        "FixedLengthRecordReaderV2 TFRecordReader TFRecordReaderV2 LMDBReader "
        "ReaderRead ReaderReadV2 ReaderReadUpTo ReaderReadUpToV2 RecordInput "
        "TextLineDataset FixedLengthRecordDataset FixedLengthRecordDatasetV2 "
        "TFRecordDataset TFRecordDatasetV2 LMDBDataset ExperimentalLMDBDataset "
        "CSVDataset CSVDatasetV2 ExperimentalCSVDataset LoadDataset "
        "SnapshotDatasetReader SnapshotNestedDatasetReader SnapshotChunkDataset "
        "ListSnapshotChunksDataset GenerateVocabRemapping LoadAndRemapMatrix",
    ),
    _tensorflow(
        Deed.FILES,
        "writes records to files",
        "DatasetToTFRecord ExperimentalDatasetToTFRecord SaveDataset SaveDatasetV2 "
        "DistributedSave SnapshotDataset SnapshotDatasetV2 CreateSummaryFileWriter "
        "CreateSummaryDbWriter CalibrationStatisticsSaver",
    ),
    _tensorflow(
        Deed.FILES,
        "runs SQL on a database that its input names",
        "SqlDataset ExperimentalSqlDataset",
    ),
    _tensorflow(
        Deed.FILES,
        "changes how files are reached",
        "FileSystemSetConfiguration",
    ),
    _tensorflow(
        Deed.FILES,
        "writes what it prints to a file",
        "PrintV2",
        ("", "stderr", "stdout", "log(info)", "log(warning)", "log(error)"),
    ),
    _tensorflow(
        Deed.FILES,
        "reads a description of messages from a file",
        "DecodeProtoV2 EncodeProto",
        ("", "local://", "bytes://"),
    ),
    _tensorflow(
        Deed.FILES,
        "fills a table from a file that is no asset of the model",
        "InitializeTableFromTextFile InitializeTableFromTextFileV2",
        ("", "asset"),
    ),
    _tensorflow(
        Deed.SAVING,
        "reads or writes a checkpoint at a path of the model's own choice",
        "SaveV2 Save SaveSlices RestoreV2 Restore RestoreSlice DTensorRestoreV2 "
        "MergeV2Checkpoints",
    ),
    _tensorflow(
        Deed.NETWORK,
        "sends what flows through it to a file or a server of a debugger",
        "DebugIdentity DebugIdentityV2 DebugIdentityV3 DebugNanCount "
        "DebugNumericSummary",
    ),
    _tensorflow(
        Deed.NETWORK,
        "talks to another machine",
        "RpcCall RpcClient RpcServer RpcServerRegister RpcServerStart RpcGetValue "
        "Rpc TryRpc RemoteCall DataServiceDataset DataServiceDatasetV2 "
        "DataServiceDatasetV3 DataServiceDatasetV4 RegisterDataset RegisterDatasetV2 "
        "BigQueryReader GcsConfigureCredentials GcsConfigureBlockCache",
    ),
    _tensorflow(Deed.PROCESS, "ends the process", "Abort"),
)

_RUNTIME = (
    _onnx(
        Deed.CODE,
        "calls a Python function or kernel of the process by its name",
        "com.microsoft ai.onnx.contrib com.microsoft.extensions",
        "PythonOp PythonOpGrad TritonOp PyOp PyCustomOp PyCustomOpDef PyFunc",
    ),
    _onnx(
        Deed.CODE,
        "calls any operator of PyTorch by its name",
        "com.microsoft org.pytorch.aten aten",
        "ATen ATenOp",
    ),
    _onnx(
        Deed.NETWORK,
        "sends its input to a server that the model names",
        "com.microsoft com.microsoft.extensions ai.onnx.contrib",
        "AzureAudioToText AzureTextToText AzureTritonInvoker OpenAIAudioToText",
    ),
)

_TENSORRT_NAMES = (
    "BatchedNMS_TRT BatchedNMSDynamic_TRT EfficientNMS_TRT NMS_TRT "
    "EfficientNMS_ONNX_TRT EfficientRotatedNMS_TRT ROIAlign_TRT GridAnchor_TRT "
    "InstanceNormalization_TRT MultiscaleDeformableAttnPlugin_TRT "
    "PyramidROIAlign_TRT ScatterND_TRT"
)
_LITE_NAMES = (
    "TFLite_Detection_PostProcess AudioSpectrogram Mfcc "
    "Convolution2DTransposeBias MaxPoolingWithArgmax2D MaxUnpooling2D "
    "Landmarks2TransformMatrix TransformLandmarks TransformTensorBilinear "
    "TFSentencepieceTokenizeOp edgetpu-custom-op NumericVerify"
)
_BACKENDS = (
    "XnnpackBackend CoreMLBackend MPSBackend VulkanBackend QnnBackend ArmBackend "
    "EthosUBackend TOSABackend VgfBackend OpenvinoBackend NeuropilotBackend "
    "NeutronBackend EnnBackend MLXBackend MetalBackend CudaBackend AotiBackend "
    "CadenceBackend TensorRTBackend NXPNeutronBackend QuantizerBackend"
)
_TOKENIZER_NAMES = (
    "StringTensorPack StringTensorUnpack RaggedTensorPack CaseFold EqualStr "
    "NormalizeUnicode RegexNormalization RegexSplit WordpieceTokenizer BPETokenizer "
    "UnigramTokenizer BytesToChars CharsToBytes CombineSegments RaggedToDense "
    "RaggedToSparse RaggedToRagged StringToHashBucket VocabEncoder VocabDecoder "
    "TrieTokenizer FuzeRagged ByteFallback SpecialTokensSplit UTF8Validate Truncate "
    "CharsMapNormalization SentencepieceTokenizer SentencepieceDetokenizer "
    "SentencepieceStreamDetokenizer"
)

_KNOWN_ELSEWHERE = (
    Listed(
        content=Content.TENSORRT,
        domains=("tensorrt",),
        names=frozenset({"engine"}),
        deed=Deed.ENGINE,
        reason="is machine code for one kind of GPU, which nobody can look into",
    ),
    Listed(
        content=Content.TENSORRT,
        domains=("tensorrt-plugin",),
        names=frozenset(_TENSORRT_NAMES.split()),
        deed=Deed.VENDOR,
        reason="is a plug-in of TensorRT",
    ),
    Listed(
        content=Content.EXECUTORCH,
        domains=("delegate",),
        names=frozenset(_BACKENDS.split()),
        deed=Deed.VENDOR,
        reason="is a backend that compiles or runs a blob of its own",
    ),
    Listed(
        content=Content.EXECUTORCH,
        domains=(
            "llama",
            "torchao",
            "quantized",
            "cadence",
            "cortex_m",
            "et_vk",
            "tosa",
        ),
        names=frozenset(),
        deed=Deed.VENDOR,
        reason="belongs to a library of ExecuTorch's kernels",
    ),
    Listed(
        content=Content.XML,
        domains=("extension",),
        names=frozenset(_TOKENIZER_NAMES.split()),
        deed=Deed.VENDOR,
        reason="belongs to OpenVINO's tokenizers",
    ),
    Listed(
        content=Content.XML,
        domains=("jpmml",),
        names=frozenset(),
        deed=Deed.VENDOR,
        reason="belongs to the JPMML library",
    ),
    _onnx(
        Deed.VENDOR,
        "belongs to the extensions of ONNX Runtime",
        "ai.onnx.contrib com.microsoft.extensions",
    ),
    _onnx(
        Deed.VENDOR,
        "belongs to PyTorch's exporter",
        "org.pytorch.aten org.pytorch.prim pkg.onnxscript.torch_lib "
        "pkg.onnxscript.torch_lib.common pkg.torch onnxscript.atenlib",
    ),
    _onnx(
        Deed.VENDOR,
        "is a plug-in of TensorRT",
        "TRT trt trt.plugins com.nvidia com.nvidia.tensorrt tensorrt nvinfer1 TensorRT",
    ),
    _onnx(Deed.VENDOR, "belongs to OpenVINO", "org.openvinotoolkit com.intel.ai"),
    _onnx(Deed.VENDOR, "belongs to MMDeploy", "mmdeploy mmcv"),
    _onnx(
        Deed.VENDOR,
        "belongs to the quantisation tools of a hardware vendor",
        "com.amd.quark com.vitis.customop com.xilinx qti_aisw com.qti qcom "
        "com.qualcomm.qti ai.hailo",
    ),
    _onnx(
        Deed.VENDOR,
        "belongs to a quantisation library",
        "onnx.brevitas qonnx.custom_op.general finn.custom_op.general",
    ),
    Listed(
        content=Content.ONNX,
        domains=("", "ai.onnx"),
        names=frozenset(_TENSORRT_NAMES.split()),
        deed=Deed.VENDOR,
        reason="is a plug-in of TensorRT",
    ),
    Listed(
        content=Content.TFLITE,
        domains=("custom",),
        names=frozenset(_LITE_NAMES.split()),
        deed=Deed.VENDOR,
        reason="belongs to TensorFlow Lite, MediaPipe or the Edge TPU",
    ),
)


def _torch(deed: Deed, reason: str, domains: str, names: str = "") -> Listed:
    return Listed(
        content=Content.PYTORCH_ZIP,
        domains=tuple(domains.split()),
        names=frozenset(names.split()),
        deed=deed,
        reason=reason,
    )


# Domains of TorchScript: `aten` is `torch.x` in its source, `prim` and others are
# `ops.y.x`, `classes.y` are native classes; `torch` is what the source computes.
_TORCHSCRIPT = (
    _torch(Deed.FILES, "writes a file", "aten", "save"),
    _torch(Deed.FILES, "maps a file into a tensor", "aten", "from_file"),
    _torch(Deed.FILES, "reads a tensor from a file", "debugprims", "load_tensor"),
    _torch(Deed.CODE, "calls a Python function", "prim", "PythonOp IgnoredPythonOp"),
    _torch(Deed.CODE, "stands for one that the source computes", "torch", "?"),
    _torch(
        Deed.NETWORK,
        "calls a function on another machine",
        "prim",
        "rpc_async rpc_sync rpc_remote",
    ),
    _torch(
        Deed.NETWORK,
        "talks to other machines",
        "c10d _c10d_functional _c10d_functional_autograd symm_mem "
        "classes.dist_rpc classes.c10d classes.dist_c10d",
    ),
    _torch(
        Deed.VENDOR,
        "belongs to a library of PyTorch's or of a vendor",
        "torchvision image video_reader torchaudio torchtext fbgemm torch_sparse "
        "torch_scatter torch_cluster torch_spline_conv torchao detectron2 mmcv _mmcv "
        "mmdeploy ipex torch_ipex tensorrt neuron nvfuser classes.tensorrt "
        "classes.torchtext classes.torchaudio classes.fbgemm classes.neuron "
        "classes.ipex_prepack",
    ),
)

# In order: the first that names an operator counts, so what acts comes before whose.
LISTED: tuple[Listed, ...] = (
    *_TENSORFLOW,
    *_RUNTIME,
    *_KNOWN_ELSEWHERE,
    *_TORCHSCRIPT,
)

# Domains whose operators the format's ordinary loaders bring along, all of them.
OWN_DOMAINS: dict[Content, frozenset[str]] = {
    Content.SAVED_MODEL: frozenset({"", "saver"}),
    Content.ONNX: frozenset(
        {
            "com.microsoft",
            "com.microsoft.nchwc",
            "com.microsoft.nhwc",
            "com.microsoft.experimental",
            "com.ms.internal.nhwc",
            "com.microsoft.dml",
        }
    ),
    Content.CORE_ML: frozenset({""}),
    Content.PYTORCH_ZIP: frozenset(
        {"aten", "prim", "prims", "quantized", "_quantized", "quantization", "sparse"}
        | {"mkldnn", "mkldnn_prepacked", "onednn", "mkl", "mkl_prepacked", "profiler"}
        | {"static_runtime", "inductor", "inductor_prims", "rngprims", "onnx"}
        | {"_native", "export", "higher_order", "xnnpack", "prepacked", "metal"}
        | {"metal_prepacked", "vulkan", "vulkan_prepacked", "_nnapi", "cuda"}
        | {"quantized_decomposed", "classes.quantized", "classes.xnnpack"}
        | {"classes.sparse", "classes.mkldnn", "classes.onednn", "classes.rnn"}
        | {"classes._nnapi", "classes.profiling", "classes.cuda", "classes.metal"}
        | {"classes.vulkan"}
    ),
    Content.TFLITE: frozenset({"", "builtin"}),
    Content.EXECUTORCH: frozenset(
        {"", "aten", "prims", "executorch_prim", "dim_order_ops", "et"}
        | {"quantized_decomposed", "_torch_ao", "torch_ao", "higher_order"}
    ),
    # Those that OpenVINO's own passes leave in a network that is written again.
    Content.XML: frozenset(
        {"", "type_relaxed_opset", "ie_internal_opset", "gpu_opset", "cpu_plugin_opset"}
    ),
}

# What an operator of TensorFlow is called when TensorFlow Lite carries it.
VENDORS = "Flex"


def listed(content: Content, domain: str, name: str, detail: str) -> Listed | None:
    """Give the entry that names this operator, or None."""
    for entry in LISTED:
        if (
            entry.content is content
            and domain in entry.domains
            and (not entry.names or name in entry.names)
            and not (entry.harmless and detail in entry.harmless)
        ):
            return entry
    return None
