"""Each module of scnn has its tests: tests/ has scnn's folders, and in them a file for each module."""

from pathlib import Path

import pytest
from builder.imports import imported_names

TESTS = Path(__file__).parent
PACKAGE = TESTS.parent / "scnn"
MODULES = sorted(
    path.relative_to(PACKAGE).with_suffix("").as_posix()
    for path in PACKAGE.rglob("*.py")
    if path.name not in ("__init__.py", "__main__.py")  # names alone, and what starts a command
)

# Modules, or folders of them, that are tested through what uses them, and by which tests.
THROUGH = {
    "cli": "cli",  # the command is tested as people run it: a file for each of its themes
    "compiler/analysis": "compiler/test_refused.py",
    "compiler/derive": "compiler/derive/test_derive.py",
    "compiler/errors": "compiler/test_refused.py",
    "compiler/explain": "compiler/test_explain.py",
    "compiler/float64": "compiler/test_float64.py",
    "compiler/frontend": "compiler/test_refused.py",
    "compiler/options": "compiler/test_programs.py",
    "compiler/reference": "compiler/test_reference.py",
    "compiler/slices": "network/test_trace.py",
    "compiler/terms": "network/test_trace.py",
    "compiler/trace": "network/test_trace.py",
    "compiler/tree": "compiler/test_refused.py",
    "compiler/wasm": "compiler/test_programs.py",
    "data/components": "data/test_photo.py",
    "data/foreign_memory": "data/test_array_protocols.py",
    "data/figures": "data/test_photo.py",
    "data/images": "data/test_images.py",  # by way of networks and digits, which take images
    "data/pen": "data/test_photo.py",
    "data/ink": "data/test_photo.py",
    "engines/engine": "engines/test_interpreter.py",  # a protocol
    "engines/conductor": "engines/test_group.py",
    "engines/sharing": "engines/test_group.py",
    "engines/wasm": "compiler/test_bounds.py",
    "engines/float64": "compiler/test_float64.py",
    "errors": "test_imports.py",  # classes without code
    "experiments/experiment": "page/test_session.py",
    "formats/idx": "data/test_dataset.py",
    "formats/palettes": "page/test_diagram.py",
    "kernels/activation": "layers/test_activation.py",
    "kernels/batch_normalisation": "layers/test_batch_normalisation.py",
    "kernels/batches": "training/test_batches.py",
    "kernels/branches": "network/test_graph.py",
    "kernels/channel_last": "layers/test_channel_last.py",
    "kernels/convolution": "layers/test_convolution.py",
    "kernels/dense": "layers/test_dense.py",
    "kernels/grouped_convolution": "layers/test_convolution.py",
    "kernels/images": "training/test_augmentation.py",
    "kernels/learning": "training/test_optimisers.py",
    "kernels/loss": "layers/test_loss.py",
    "kernels/muon": "training/test_muon.py",
    "kernels/normalisation": "layers/test_normalisation.py",
    "kernels/pooling": "layers/test_pooling.py",
    "kernels/sums": "test_shards.py",
    "kernels/winograd": "layers/test_winograd.py",
    "language": "compiler/test_programs.py",
    "labs/bench": "labs/test_exercises.py",
    "labs/element_task": "labs/test_exercises.py",
    "labs/fields": "labs/test_lab.py",
    "labs/filter_task": "labs/test_exercises.py",
    "labs/kernel_cases": "labs/test_lab.py",
    "labs/kernel_checks": "labs/test_exercises.py",
    "labs/kernel_gradients": "labs/test_exercises.py",
    "labs/kernel_task": "labs/test_exercises.py",
    "labs/numbers_task": "labs/test_exercises.py",
    "labs/remarks": "labs/test_exercises.py",
    "labs/signs_task": "labs/test_exercises.py",
    "labs/task": "labs/test_exercises.py",
    "labs/training_checks": "labs/test_exercises.py",
    "labs/training_task": "labs/test_exercises.py",
    "layers/branches": "network/test_graph.py",
    "layers/layer": "network/test_lowering.py",
    "layers/registry": "test_settings.py",
    "network/architecture": "network/test_network.py",
    "network/buffer_names": "network/test_lowering.py",
    "network/inspection": "page/test_diagram.py",
    "network/onnx": "cli/test_files.py",
    "network/onnx_arithmetic": "network/test_onnx_import.py",
    "network/onnx_graph": "network/test_onnx_import.py",
    "network/onnx_operators": "network/test_onnx_import.py",
    "page/topics": "page/test_classroom.py",
    "page/descriptions": "page/test_session.py",
    "page/explanations": "page/test_elements.py",
    "page/differences": "page/test_workshop.py",
    "page/kernel_check": "page/test_workshop.py",
    "page/kernel_list": "page/test_workshop.py",
    "page/measuring": "page/test_workshop.py",
    "page/rehearsal": "page/test_lessons.py",
    "page/sums": "page/test_elements.py",
    "page/reader": "page/test_diagram.py",
    "page/sheets": "page/test_diagram.py",
    "plan": "network/test_lowering.py",
    "training/lowering": "network/test_lowering.py",
    "training/schedules": "training/test_optimisers.py",
    "training/settings": "test_settings.py",
    "version": "cli/test_errors.py",  # one constant
}


def through(module: str) -> str | None:
    """The tests of a module that has no file of its own."""
    parts = module.split("/")
    names = ("/".join(parts[:length]) for length in range(len(parts), 0, -1))
    return next((THROUGH[name] for name in names if name in THROUGH), None)


def own(module: str) -> Path:
    """The tests file of a module."""
    *folders, name = module.split("/")
    return TESTS.joinpath(*folders, f"test_{name}.py")


@pytest.mark.parametrize("module", MODULES)
def test_each_module_has_its_tests(module: str) -> None:
    """A file of its own, which imports it; or the tests that THROUGH names."""
    elsewhere = through(module)
    if elsewhere is None and own(module).exists():
        name = f"scnn.{module.replace('/', '.')}"
        folder = name.rpartition(".")[0]
        found = {".".join(one.split(".")[:depth]) for one in imported_names(own(module)) for depth in (2, 3, 4, 5)}
        assert name in found or folder in found, f"{own(module).relative_to(TESTS)} does not import {name}"
    else:
        assert elsewhere, f"write tests/{own(module).relative_to(TESTS)}, or name the tests of {module} in THROUGH"
        assert (TESTS / elsewhere).exists()


def test_what_is_tested_elsewhere_exists() -> None:
    """THROUGH names modules and folders that there are."""
    for module in THROUGH:
        assert (PACKAGE / module).is_dir() or (PACKAGE / module).with_suffix(".py").exists(), module
