"""The curve of a training that was graded: its two losses, epoch by epoch."""

from pyscript import document
from widgets.dom import element
from widgets.figures import short
from widgets.texts import text

SVG = "http://www.w3.org/2000/svg"
WIDTH, HEIGHT, EDGE = 320, 120, 6


def draw_curve(curve):
    """A figure of rows [training loss, test loss, test accuracy]."""
    figure = element("figure", class_="graded")
    losses = [loss for row in curve for loss in row[:2]]
    high = max(losses) or 1.0
    last = curve[-1]
    label = text("exercises.curve", epochs=len(curve), training=short(last[0]), test=short(last[1]))
    picture = svg("svg", viewBox=f"0 0 {WIDTH} {HEIGHT}", role="img", aria_label=label)
    for name, column in (("training", 0), ("test", 1)):
        points = " ".join(f"{x_of(at, len(curve)):.1f},{y_of(row[column], high):.1f}" for at, row in enumerate(curve))
        picture.append(svg("polyline", points=points, class_=f"{name} line"))
        if len(curve) == 1:
            picture.append(svg("circle", cx=WIDTH / 2, cy=f"{y_of(curve[0][column], high):.1f}", r=3, class_=name))
    caption = element("figcaption")
    caption.append(element("span", text("exercises.training_loss", loss=short(last[0])), class_="training"))
    caption.append(element("span", text("exercises.test_loss", loss=short(last[1])), class_="test"))
    figure.append(picture)
    figure.append(caption)
    return figure


def x_of(at, count):
    return EDGE + (WIDTH - 2 * EDGE) * (at / (count - 1) if count > 1 else 0.5)


def y_of(loss, high):
    return HEIGHT - EDGE - (HEIGHT - 2 * EDGE) * loss / high


def svg(tag, **attributes):
    made = document.createElementNS(SVG, tag)
    for name, value in attributes.items():
        made.setAttribute(name if name == "viewBox" else name.strip("_").replace("_", "-"), str(value))
    return made
