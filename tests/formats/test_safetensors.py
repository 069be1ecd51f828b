"""safetensors files: the same as the safetensors library's, both ways; broken ones are refused by name."""

import json
import os
import struct
from array import array
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random

import numpy as np
import pytest
import safetensors.numpy
from hypothesis import given, settings
from hypothesis import strategies as st

from scnn.errors import ModelError
from scnn.formats.safetensors import MAX_HEADER, Tensor, pack, read, unpack, write
from scnn.layers.activation import ReLU
from scnn.layers.convolution import Conv2D
from scnn.layers.dense import Dense, Flatten
from scnn.layers.pooling import MaxPool2D
from scnn.network.network import Network

SIZES = {"I64": 8, "BOOL": 1, "F8_E4M3": 1, "C64": 8, "X1": 3}  # bytes of an element

TENSORS = {
    "a": Tensor(array("f", [1.5, -2.0, 3.25, 0.0, 1e-40, 7.0]), (2, 3)),
    "empty": Tensor(array("f"), (0, 4)),
    "counts": Tensor(array("i", [-1, 2**31 - 1]), (2,)),
    "words": Tensor(array("I", [2**32 - 1]), (1,)),
}


def test_the_library_reads_ours(tmp_path: Path) -> None:
    """Names, kinds, shapes, numbers and metadata."""
    path = tmp_path / "ours.safetensors"
    write(path, pack(TENSORS, {"format": "scnn"}))
    found = safetensors.numpy.load_file(path)
    assert found.keys() == TENSORS.keys()
    for name, tensor in TENSORS.items():
        assert found[name].shape == tensor.shape and found[name].ravel().tolist() == tensor.values.tolist()
    with safetensors.safe_open(path, framework="np") as opened:
        assert opened.metadata() == {"format": "scnn"}


def test_we_read_the_librarys(tmp_path: Path) -> None:
    """Whatever order the library puts tensors in."""
    arrays = {"z": np.arange(6, dtype=np.float32).reshape(3, 2), "i": np.array([3, -4], dtype=np.int32)}
    path = tmp_path / "theirs.safetensors"
    safetensors.numpy.save_file(arrays, path, metadata={"who": "they"})
    tensors, metadata = unpack(read(path))
    assert metadata == {"who": "they"}
    for name, values in arrays.items():
        assert tensors[name].shape == values.shape and tensors[name].values.tolist() == values.ravel().tolist()


@pytest.mark.parametrize("dtype", ["I64", "BOOL", "F8_E4M3", "C64", "X1"])
def test_tensors_that_are_not_read_are_left_alone(dtype: str) -> None:
    """Those of other programs, of any element type, also one that is not known here."""
    header = {"a": tensor("F32"), "other": {"dtype": dtype, "shape": [8], "data_offsets": [4, 4 + 8 * SIZES[dtype]]}}
    tensors, _ = unpack(file_of(header, bytes(4 + 8 * SIZES[dtype])))
    assert list(tensors["a"].values) == [0.0]
    assert tensors["other"].unread == dtype and tensors["other"].shape == (8,)


def test_packing_is_its_own_inverse() -> None:
    """To the bit."""
    tensors, metadata = unpack(pack(TENSORS, {"x": "y"}))
    assert tensors == TENSORS and metadata == {"x": "y"}


def file_of(header: object, data: bytes = b"", length: int | None = None) -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text) if length is None else length) + text + data


def tensor(dtype: object = "F32", shape: object = (1,), offsets: object = (0, 4)) -> dict[str, object]:
    return {"dtype": dtype, "shape": shape, "data_offsets": offsets}


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "not a model or checkpoint file (safetensors): expected at least 8 bytes, got 0"),
        (b"1234567", "at least 8 bytes, got 7"),
        (b"\x89PNG\r\n\x1a\n" + bytes(300), "not a model or checkpoint file (safetensors): the stated header"),
        (file_of({}, length=99), "truncated: expected a header of 99 bytes, got 2"),
        (file_of({}, length=2**63), "not a model or checkpoint file"),
        (file_of({}, length=MAX_HEADER + 1), "header size is"),
        (file_of(b"{{"), "not JSON"),
        (file_of(b"{"), "header size is 1 bytes"),
        (file_of(b"\xff\xfe"), "not JSON"),
        (file_of(b'{"a": NaN}'), "NaN"),
        (file_of(b"[" * 100_000), "not JSON"),
        (file_of([1]), "not a JSON object"),
        (file_of(b'{"a": 1, "a": 2}'), "twice"),
        (file_of({"__metadata__": {"a": 1}}), "object of strings"),
        (file_of({"a": 3}), "dtype, shape and data_offsets"),
        (file_of({"a": {**tensor(), "more": 1}}, bytes(4)), "dtype, shape and data_offsets"),
        (file_of({"a": tensor("F64")}, bytes(4)), "data_offsets 0 to 4 of 4"),
        (file_of({"a": tensor(["F32"])}, bytes(4)), "has the element type"),
        (file_of({"a": tensor(shape=[-1])}, bytes(4)), "invalid shape"),
        (file_of({"a": tensor(shape=[True])}, bytes(4)), "invalid shape"),
        (file_of({"a": tensor(shape=[2**40])}, bytes(4)), "invalid shape"),
        (file_of({"a": tensor(shape=[1] * 9)}, bytes(4)), "invalid shape"),
        (file_of({"a": tensor(shape=[2])}, bytes(4)), "data_offsets 0 to 4 of 4"),
        (file_of({"a": tensor(offsets=[4, 0])}, bytes(4)), "data_offsets 4 to 0"),
        (file_of({"a": tensor(offsets=[0, 8], shape=[2])}, bytes(4)), "data_offsets 0 to 8 of 4"),
        (file_of({"a": tensor(), "b": tensor()}, bytes(4)), "starts at byte 0; expected 4"),
        (file_of({"a": tensor(offsets=[4, 8])}, bytes(8)), "starts at byte 4; expected 0"),
        (file_of({"a": tensor()}, bytes(8)), "end at byte 4; expected the end of the file, 8"),
        (file_of({f"t{k}": tensor(shape=[0], offsets=[0, 0]) for k in range(5000)}), "5000 tensors"),
    ],
)
def test_broken_files(data: bytes, words: str) -> None:
    """Every check has its message."""
    with pytest.raises(ModelError) as caught:
        unpack(data)
    assert words in str(caught.value)


def test_writing_leaves_the_old_file_where_it_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk in the middle of writing costs nothing that was there, and leaves nothing behind."""
    path = tmp_path / "model.safetensors"
    write(path, b"old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(ModelError, match="No space left"):
        write(path, b"new")
    assert path.read_bytes() == b"old" and list(tmp_path.iterdir()) == [path]


def test_links_permissions_and_pipes(tmp_path: Path) -> None:
    """A link still leads to its file; a file keeps its permissions, and a new one has those of any new file; a pipe
    is written to as it is."""
    plain, path, link = tmp_path / "plain", tmp_path / "m.safetensors", tmp_path / "link"
    plain.write_bytes(b"")
    write(path, b"old")
    assert path.stat().st_mode == plain.stat().st_mode
    path.chmod(0o600)
    link.symlink_to(path)
    write(link, b"new")
    assert link.is_symlink() and path.read_bytes() == b"new" and path.stat().st_mode & 0o777 == 0o600
    os.mkfifo(tmp_path / "pipe")
    with ThreadPoolExecutor() as pool:
        found = pool.submit((tmp_path / "pipe").read_bytes)
        write(tmp_path / "pipe", b"through")
        assert found.result(timeout=10) == b"through"
    with pytest.raises(ModelError, match="folder cannot be written: Is a directory"):
        (tmp_path / "folder").mkdir()
        write(tmp_path / "folder", b"")
    assert len(list(tmp_path.iterdir())) == 5, "something was left behind"


def test_a_path_that_cannot_be(tmp_path: Path) -> None:
    """Reading and writing name the path."""
    with pytest.raises(ModelError, match=r"nowhere.*No such file"):
        read(tmp_path / "nowhere")
    with pytest.raises(ModelError, match=r"x\.safetensors cannot be written"):
        write(tmp_path / "nowhere" / "x.safetensors", b"")


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A sound model file."""
    path = tmp_path_factory.mktemp("models") / "m.safetensors"
    layers = [Conv2D(2, 3), ReLU(), MaxPool2D(2), Flatten(), Dense(3)]
    Network((1, 10, 10), layers, seed=1, provenance={"seed": 1}).save(path)
    return path.read_bytes()


@settings(max_examples=1500, deadline=None)
@given(data=st.data())
def test_mutated_files_are_refused_or_sound(model: bytes, data: st.DataObject) -> None:
    """Bytes flipped, cut, doubled or put in: the named error, or a network all of whose numbers are finite."""
    random = Random(data.draw(st.integers(0, 2**32)))
    mutated = bytearray(model)
    for _ in range(random.randrange(1, 6)):
        # most of the interesting bytes are in the header
        at = random.randrange(len(mutated) if random.random() < 0.3 else min(len(mutated), 1200)) if mutated else 0
        change = random.randrange(5)
        if change == 0 and mutated:
            mutated[at] = random.randrange(256)
        elif change == 1:
            del mutated[at:]
        elif change == 2:
            mutated[at:at] = bytes(random.choices(b'0123456789{}[],:"-eE.truefalsn', k=random.randrange(1, 9)))
        elif change == 3:
            del mutated[at : at + random.randrange(1, 20)]
        else:
            mutated[at:at] = mutated[at : at + random.randrange(1, 40)]
    try:
        network = Network.from_tensors(*unpack(bytes(mutated)))
    except ModelError as error:
        assert str(error) and len(str(error)) < 1000
        return
    assert network.predict(bytes(network.input_shape[1] * network.input_shape[2] * network.input_shape[0]))
