"""Names of PyTorch and of libraries upon it that honest model files need.

What may be here is said in `pickle_allowed`.
"""

from __future__ import annotations

from assay.assess.pickle_entries import Family, named

__all__ = ["TORCH", "TORCH_FAMILIES"]

_TORCH_STORAGES = (
    "FloatStorage DoubleStorage HalfStorage BFloat16Storage LongStorage IntStorage "
    "ShortStorage CharStorage ByteStorage BoolStorage ComplexFloatStorage "
    "ComplexDoubleStorage QInt8Storage QUInt8Storage QInt32Storage QUInt4x2Storage "
    "QUInt2x4Storage TypedStorage UntypedStorage"
)

TORCH = (
    named(
        "it rebuilds a tensor from a storage",
        "torch._utils",
        "_rebuild_tensor _rebuild_tensor_v2 _rebuild_tensor_v3 _rebuild_parameter "
        "_rebuild_parameter_with_state _rebuild_sparse_tensor _rebuild_qtensor "
        "_rebuild_sparse_csr_tensor _rebuild_nested_tensor _rebuild_xla_tensor "
        "_rebuild_meta_tensor_no_storage _rebuild_device_tensor_from_numpy "
        "_rebuild_device_tensor_from_cpu_tensor _rebuild_wrapper_subclass",
    ),
    named(
        "it rebuilds a tensor by a function that the pickle names itself",
        "torch._tensor",
        "_rebuild_from_type _rebuild_from_type_v2",
    ),
    named("it is a storage of numbers", "torch torch.cuda", _TORCH_STORAGES),
    named(
        "it is a storage of numbers",
        "torch.storage",
        "TypedStorage UntypedStorage _TypedStorage _UntypedStorage",
    ),
    named(
        "it is a tensor, a shape or a device",
        "torch torch._tensor torch._C",
        "Tensor Size device dtype layout Generator FloatTensor LongTensor "
        "DoubleTensor HalfTensor IntTensor ByteTensor BoolTensor ScriptObject",
    ),
    named(
        "it is a type of numbers or a layout",
        "torch",
        "float16 float32 float64 bfloat16 half float double int8 int16 int32 int64 "
        "uint8 uint16 uint32 uint64 short int long bool complex32 complex64 "
        "complex128 cfloat cdouble qint8 quint8 qint32 quint4x2 quint2x4 float8_e4m3fn "
        "float8_e5m2 float8_e8m0fnu float4_e2m1fn_x2 float8_e4m3fnuz "
        "float8_e5m2fnuz strided sparse_coo sparse_csr "
        "contiguous_format channels_last preserve_format per_tensor_affine "
        "per_channel_affine per_tensor_symmetric per_channel_symmetric",
    ),
    named("it is a layout", "torch.serialization", "_get_layout"),
    named(
        "it is a parameter",
        "torch.nn.parameter torch.nn",
        "Parameter Buffer UninitializedParameter UninitializedBuffer ParameterList",
    ),
    named("it is a version", "torch.torch_version torch", "TorchVersion"),
    named(
        "it is a function of tensors",
        "torch.nn.functional torch torch._C._nn torch.functional",
        "adaptive_avg_pool1d adaptive_avg_pool2d adaptive_avg_pool3d "
        "adaptive_max_pool1d adaptive_max_pool2d adaptive_max_pool3d "
        "alpha_dropout avg_pool1d avg_pool2d avg_pool3d batch_norm "
        "binary_cross_entropy binary_cross_entropy_with_logits celu conv1d "
        "conv2d conv3d cosine_embedding_loss cosine_similarity "
        "cross_entropy ctc_loss dropout elu embedding feature_alpha_dropout "
        "gelu glu group_norm gumbel_softmax hardshrink hardsigmoid "
        "hardswish hardtanh huber_loss instance_norm interpolate kl_div "
        "l1_loss layer_norm leaky_relu linear log_softmax logsigmoid "
        "max_pool1d max_pool2d max_pool3d mish mse_loss nll_loss normalize "
        "one_hot pad pairwise_distance pixel_shuffle pixel_unshuffle prelu "
        "relu relu_ relu6 rms_norm rrelu scaled_dot_product_attention selu "
        "sigmoid silu smooth_l1_loss softmax softmin softplus softshrink "
        "softsign tanh tanhshrink threshold",
        uncalled=True,
    ),
    named(
        "it is a tensor spread over devices, rebuilt from values",
        "torch.distributed.tensor torch.distributed._tensor torch.distributed.tensor."
        "_dtensor_spec torch.distributed._tensor.api torch.distributed.device_mesh "
        "torch.distributed.tensor.placement_types torch.distributed._tensor."
        "placement_types",
        "DTensor DTensorSpec TensorMeta DeviceMesh Shard Replicate Partial",
    ),
    named(
        "it gives back the value that it is given",
        "torch.jit._pickle",
        "build_intlist build_tensorlist build_doublelist build_boollist "
        "build_tensor_from_id restore_type_tag",
    ),
    named(
        "it is a set of tensors",
        "torch.utils.data.dataset torch.utils.data",
        "TensorDataset Subset ConcatDataset",
    ),
)

TORCH_FAMILIES = (
    Family(
        modules=(
            "torch.nn.modules",
            "torch.nn.qat",
            "torch.nn.quantized",
            "torch.ao.nn",
            "torch.ao.quantization",
            "torch.nn.parallel.data_parallel",
            "torch.optim",
            "torchvision.models",
            "torchvision.ops",
        ),
        reason="it is a layer or an optimiser, rebuilt from its state",
        without=(
            "torch.ao.quantization.fx",
            "torch.ao.quantization.pt2e",
            "torchvision.models.feature_extraction",
        ),
    ),
    Family(
        modules=("torch.distributions",),
        reason="it is a distribution of numbers, rebuilt from its state",
    ),
)
