"""Looking inside: the images of a cell or the surest mistakes, and what each layer makes of one."""

from pyscript import window
from widgets.dom import by_id, element, listen, percent, replace

MOST_MAPS = 32


class Look:
    def __init__(self, ask_mistakes, ask_inside):
        """Calls ask_mistakes() and ask_inside(place) when a person wants to see them."""
        self.ask_inside = ask_inside
        listen(by_id("mistakes"), "click", lambda event: ask_mistakes())

    def ready(self, on):
        by_id("look-buttons").hidden = not on
        by_id("look-empty").hidden = on
        if not on:
            by_id("gallery-title").textContent = ""
            replace(by_id("gallery"), [])
            by_id("inside").hidden = True

    def show_gallery(self, words, answer):
        """The images of an answer to `cell` or `mistakes`."""
        shown, count = len(answer["images"]), answer["count"]
        by_id("gallery-title").textContent = f"{words}: {count}." + (
            f" The first {shown} are shown." if shown < count else ""
        )
        items = []
        for image in answer["images"]:
            change, sure = f"{image['true']} → {image['read']}", percent(round(image["probability"], 3))
            button = element("button", type="button", class_="outline secondary")
            button.append(picture(image["pixels"], answer["columns"], answer["rows"], ink=True))
            button.append(element("span", f"{change} "))
            button.append(element("small", sure))
            button.append(element("span", " sure: look inside", class_="hidden-words"))
            listen(button, "click", lambda event, place=image["place"]: self.ask_inside(place))
            item = element("li")
            item.append(button)
            items.append(item)
        replace(by_id("gallery"), items)

    def show_inside(self, answer):
        """What an answer to `inspect` holds: image and evidence, then each layer's filters and maps."""
        sure = percent(round(max(answer["probabilities"]), 3))
        by_id("inside-title").textContent = f"Read as {answer['class']}, {sure} sure"
        rows = [strip("the image", [picture(answer["pixels"], 28, 28, ink=True)])]
        rows.append(strip("evidence", [picture(answer["saliency"], 28, 28)]))
        for layer in answer["layers"]:
            if "filters" in layer:
                count, channels, height, width = layer["filter_shape"]
                filters = pictures(layer["filters"], min(count * channels, MOST_MAPS), width, height)
                rows.append(strip(f"{layer['name']}: filters", filters))
            shape = layer["shape"]
            if len(shape) == 3:
                maps = pictures(layer["maps"], min(shape[0], MOST_MAPS), shape[2], shape[1])
            else:
                maps = [picture(layer["maps"], min(shape[0], 784), 1)]
            rows.append(strip(f"{layer['name']}: output", maps))
        replace(by_id("inside-pictures"), rows)
        by_id("inside").hidden = False


def strip(words, canvases):
    line = element("div", class_="strip")
    line.append(element("span", words))
    for canvas in canvases:
        line.append(canvas)
    return line


def pictures(data, count, width, height):
    """So many pictures, one after another in the data."""
    levels = window.atob(data)
    size = width * height
    return [painted(levels, place * size, width, height, False) for place in range(count)]


def picture(data, width, height, ink=False):
    """A canvas with base64's bytes as grey levels; `ink` draws them dark on light."""
    return painted(window.atob(data), 0, width, height, ink)


def painted(levels, first, width, height, ink):
    canvas = element("canvas", width=width, height=height, aria_hidden="true")
    if height == 1:
        canvas.className = "row-of-numbers"
    context = canvas.getContext("2d")
    image = context.createImageData(width, height)
    data = image.data
    for at in range(width * height):
        level = ord(levels[first + at])
        place = 4 * at
        if not ink:
            data[place] = data[place + 1] = data[place + 2] = level
        data[place + 3] = level if ink else 255
    context.putImageData(image, 0, 0)
    return canvas
