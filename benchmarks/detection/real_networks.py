"""Makers of honest files for `real_dumps.py`: libraries around PyTorch."""

from __future__ import annotations

import importlib
from functools import partial
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

__all__ = ["NETWORKS"]

Made = tuple[dict[str, Any], dict[str, "Callable[[Path], None]"]]


def _library(name: str) -> Any:  # noqa: ANN401 - it has no types here
    return importlib.import_module(name)


def _save_whole(item: object, folder: Path) -> None:
    _library("torch").save(item, folder / "model.pt")


def _saved(items: dict[str, Any]) -> dict[str, Callable[[Path], None]]:
    """Save each by `torch.save`, whole."""
    return {f"{name}-torch": partial(_save_whole, item) for name, item in items.items()}


def _transformers() -> Made:
    library = _library("transformers")
    config = library.BertConfig(
        vocab_size=50,
        hidden_size=8,
        num_hidden_layers=1,
        num_attention_heads=1,
        intermediate_size=8,
    )
    model = library.BertForSequenceClassification(config)
    arguments = library.TrainingArguments("out", use_cpu=True, report_to=[])
    pairs = library.Seq2SeqTrainingArguments("out", use_cpu=True, report_to=[])
    gpt = library.GPT2LMHeadModel(
        library.GPT2Config(vocab_size=50, n_embd=8, n_layer=1, n_head=1)
    )
    items = {"arguments": arguments, "arguments-of-pairs": pairs, "config": config}
    files = _saved(items | {"model": model, "gpt": gpt})
    files["pretrained"] = model.save_pretrained
    files["pretrained-gpt"] = gpt.save_pretrained
    files["training-args"] = lambda folder: _library("torch").save(
        arguments, folder / "training_args.bin"
    )
    return items | {"generation": library.GenerationConfig()}, files


def _tokenizers() -> Made:
    library = _library("tokenizers")
    made = library.Tokenizer(library.models.BPE())
    made.pre_tokenizer = library.pre_tokenizers.ByteLevel()
    made.decoder = library.decoders.ByteLevel()
    trainer = library.trainers.BpeTrainer(vocab_size=300, special_tokens=["<s>"])
    made.train_from_iterator(["hello world", "hello again"] * 5, trainer)
    words = library.Tokenizer(library.models.WordPiece(unk_token="[UNK]"))  # noqa: S106 - a token of text
    fast = _library("transformers").PreTrainedTokenizerFast(tokenizer_object=made)
    return {"bpe": made, "words": words, "fast": fast}, {
        "json": lambda folder: made.save(str(folder / "tokenizer.json")),
        "pretrained": fast.save_pretrained,
    }


def _torchvision() -> Made:
    models, transforms = (
        _library("torchvision.models"),
        _library("torchvision.transforms"),
    )
    pipeline = transforms.Compose(
        [
            transforms.Resize(8),
            transforms.ToTensor(),
            transforms.Normalize((0.5,), (0.5,)),
            transforms.RandomHorizontalFlip(),
        ]
    )
    items = {
        "squeezenet": models.squeezenet1_1(weights=None),
        "shufflenet": models.shufflenet_v2_x0_5(weights=None),
        "mnasnet": models.mnasnet0_5(weights=None),
        "mobilenet": models.mobilenet_v3_small(weights=None),
    }
    return {"transforms": pipeline}, _saved(items | {"transforms": pipeline})


def _timm() -> Made:
    timm = _library("timm")
    names = ("test_resnet", "test_vit", "test_convnext", "test_efficientnet")
    return {}, _saved({name: timm.create_model(name) for name in names})


def _sentence_transformers() -> Made:
    library = _library("sentence_transformers")
    parts = _library("sentence_transformers.models")
    bag = parts.BoW(["hello", "world"])
    model = library.SentenceTransformer(modules=[bag, parts.Dense(2, 4)], device="cpu")
    return {}, _saved({"bag": model}) | {
        "saved": lambda folder: model.save(str(folder)),
    }


def _lightning() -> Made:
    torch, pl = _library("torch"), _library("lightning.pytorch")

    class Net(pl.LightningModule):  # type: ignore[misc, name-defined]  # a class of a library without types
        def __init__(self, width: int = 4) -> None:
            super().__init__()
            self.save_hyperparameters()
            self.layer = torch.nn.Linear(width, 1)

        def training_step(self, batch: list[Any], _: int) -> object:
            return self.layer(batch[0]).mean()

        def configure_optimizers(self) -> object:
            adam = torch.optim.AdamW(self.parameters())
            step = torch.optim.lr_scheduler.CosineAnnealingLR(adam, 3)
            return {"optimizer": adam, "lr_scheduler": step}

    def checkpoint(folder: Path) -> None:
        data = torch.utils.data.TensorDataset(torch.ones(4, 4))
        callbacks = _library("lightning.pytorch.callbacks")
        trainer = pl.Trainer(
            max_epochs=1,
            logger=False,
            accelerator="cpu",
            enable_progress_bar=False,
            enable_model_summary=False,
            default_root_dir=str(folder),
            enable_checkpointing=True,
            callbacks=[
                callbacks.ModelCheckpoint(dirpath=str(folder), monitor=None),
                callbacks.EarlyStopping("epoch", strict=False, check_finite=False),
            ][:1],
        )
        trainer.fit(Net(), torch.utils.data.DataLoader(data))

    return {}, {"checkpoint": checkpoint}


def _save_model(model: Any, folder: Path) -> None:  # noqa: ANN401 - it has no types here
    model.save(str(folder / "best.pt"))


def _ultralytics() -> Made:
    library = _library("ultralytics")
    files: dict[str, Callable[[Path], None]] = {}
    for kind in ("yolov8n", "yolo11n", "yolov8n-seg", "yolov8n-cls", "yolov8n-pose"):
        model = library.YOLO(f"{kind}.yaml")
        files[kind] = partial(_save_model, model)
    return {}, files


def _geometric() -> Made:
    torch, data = _library("torch"), _library("torch_geometric.data")
    nn = _library("torch_geometric.nn")
    graph = data.Data(
        x=torch.ones(2, 3), edge_index=torch.zeros(2, 1, dtype=torch.long)
    )
    items = {"graph": graph, "convolution": nn.GCNConv(3, 4), "sage": nn.SAGEConv(3, 4)}
    return items, _saved(items)


def _peft() -> Made:
    peft, library = _library("peft"), _library("transformers")
    gpt = library.GPT2LMHeadModel(
        library.GPT2Config(vocab_size=50, n_embd=8, n_layer=1, n_head=1)
    )
    config = peft.LoraConfig(r=2, target_modules=["c_attn"], fan_in_fan_out=True)
    model = peft.get_peft_model(gpt, config)
    return {"config": config}, {
        "adapter": model.save_pretrained,
        "adapter-old": lambda folder: model.save_pretrained(
            folder, safe_serialization=False
        ),
    }


def _skorch() -> Made:
    torch, np = _library("torch"), _library("numpy")
    net = _library("skorch").NeuralNetClassifier(
        torch.nn.Sequential(torch.nn.Linear(4, 2), torch.nn.Softmax(-1)),
        max_epochs=1,
        verbose=0,
        train_split=None,
    )
    values = np.random.default_rng(0).random((40, 4)).astype("float32")
    return {"net": net.fit(values, (values[:, 0] > 0.5).astype("int64"))}, {}


def _tabnet() -> Made:
    np = _library("numpy")
    values = np.random.default_rng(0).random((60, 4))
    model = _library("pytorch_tabnet.tab_model").TabNetClassifier(verbose=0)
    model.fit(values, (values[:, 0] > 0.5).astype(int), max_epochs=1)
    return {}, {"zip": lambda folder: model.save_model(str(folder / "tabnet"))}


def _keras() -> Made:
    keras = _library("keras")
    layers = [keras.layers.Input((4,)), keras.layers.Dense(3), keras.layers.Dense(1)]
    model = keras.Sequential(layers)
    return {"model": model}, {
        "archive": lambda folder: model.save(folder / "model.keras"),
        "weights": lambda folder: model.save_weights(folder / "a.weights.h5"),
        "hdf5": lambda folder: model.save(folder / "model.h5"),
    }


def _torchmetrics() -> Made:
    library = _library("torchmetrics")
    items = {
        "accuracy": library.Accuracy("binary"),
        "several": library.MetricCollection([library.MeanSquaredError()]),
    }
    return items, _saved(items)


def _safetensors() -> Made:
    torch, library = _library("torch"), _library("safetensors.torch")
    weights = {"a": torch.ones(3), "b": torch.zeros(2, 2, dtype=torch.bfloat16)}
    return {}, {
        "weights": lambda folder: library.save_file(
            weights, folder / "model.safetensors"
        )
    }


def _compiled() -> Made:
    torch = _library("torch")
    net = torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.ReLU())
    scripted = torch.jit.script(net)
    traced = torch.jit.trace(net, torch.ones(1, 4))
    exported = torch.export.export(net, (torch.ones(1, 4),))
    dynamic = torch.ao.quantization.quantize_dynamic(net, {torch.nn.Linear})
    averaged = torch.optim.swa_utils.AveragedModel(net)
    normal = torch.nn.utils.parametrizations.weight_norm(torch.nn.Linear(3, 3))
    return {}, {
        "scripted": lambda folder: scripted.save(str(folder / "model.pt")),
        "traced": lambda folder: traced.save(str(folder / "model.pt")),
        "exported": lambda folder: torch.export.save(exported, folder / "model.pt2"),
    } | _saved(
        {
            "dynamic": dynamic,
            "averaged": averaged,
            "normal-state": normal.state_dict(),
            "nested": torch.nn.ModuleDict({"a": torch.nn.ModuleList([net])}),
            "lstm-encoder": torch.nn.TransformerEncoder(
                torch.nn.TransformerEncoderLayer(8, 2), 1
            ),
            "plateau": torch.optim.lr_scheduler.ReduceLROnPlateau(
                torch.optim.SGD(net.parameters())
            ).state_dict(),
            "normal-distribution": torch.distributions.Normal(0.0, 1.0),
            "generator-state": torch.Generator().get_state(),
        }
    )


NETWORKS: tuple[tuple[str, Callable[[], Made]], ...] = (
    ("transformers", _transformers),
    ("tokenizers", _tokenizers),
    ("torchvision", _torchvision),
    ("timm", _timm),
    ("sentence_transformers", _sentence_transformers),
    ("lightning", _lightning),
    ("ultralytics", _ultralytics),
    ("torch_geometric", _geometric),
    ("peft", _peft),
    ("skorch", _skorch),
    ("pytorch_tabnet", _tabnet),
    ("keras", _keras),
    ("torchmetrics", _torchmetrics),
    ("safetensors", _safetensors),
    ("torch.nn", _compiled),
)
