"""What is to be done with dropped files. Plain Python, without the browser."""

PICTURES = (".png", ".jpg", ".jpeg", ".jfif", ".gif", ".bmp", ".webp", ".avif", ".heic", ".heif")
MODEL = ".safetensors"


def is_picture(name: str, kind: str) -> bool:
    """Whether a file may be a picture, by its name and the type that the browser gives it."""
    return kind.startswith("image/") or name.lower().endswith(PICTURES)


def is_hidden(name: str) -> bool:
    """Whether it is a file that systems put into folders, as .DS_Store and Thumbs.db are."""
    return name.startswith(".") or name in ("Thumbs.db", "desktop.ini")


def sort_dropped(files: "list[tuple[str, str, str]]", onto_own: bool = False) -> "tuple[str, str, str]":
    """("model", "photo", "folder", "loose" or "idx", "", "") for files as (name, type, folder or ""); if nothing can
    be done with them, "", the key of a text that says why, and the name of the file that it is about. `onto_own`:
    whether they were dropped where own images are."""
    if not files:
        return "", "drop.nothing", ""
    models = [name for name, _, _ in files if name.lower().endswith(MODEL)]
    if models and len(files) > 1:
        return "", "drop.alone", models[0]
    if models:
        return "model", "", ""
    if any(folder for _, _, folder in files):
        return "folder", "", ""
    pictures = [name for name, kind, _ in files if is_picture(name, kind)]
    if pictures:
        return ("photo" if len(files) == 1 and not onto_own else "loose"), "", ""
    if len(files) == 2:
        return "idx", "", ""
    return "", "drop.unusable", files[0][0]
