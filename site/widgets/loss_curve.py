"""The loss as a curve of one weight, with the weight on a slider and the gradient as a tangent."""

from widgets.dom import by_id, element, listen, replace, run
from widgets.figures import element_name, number
from widgets.layer_titles import layer_title
from widgets.pixels import svg
from widgets.texts import text

HEIGHT, EDGE = 220, 8
TANGENT = 0.3  # of the curve's width, on each side of the point


class LossCurve:
    def __init__(self, ask, chosen):
        """Controls the parts of #learn-weight. ask(action, **message) is the worker's answer, or None; calls
        chosen(layer, role, element) when another weight is chosen."""
        self.ask, self.chosen = ask, chosen
        self.layers = []  # those with weights: name and tensors
        self.wanted = None  # layer, role, element
        self.curve = None  # the answer that is drawn
        self.asking = self.stale = False
        self.fields = []
        self.slider = by_id("learn-value")
        listen(by_id("learn-layer"), "change", lambda event: self.choose_layer())
        listen(by_id("learn-role"), "change", lambda event: self.choose_role())
        listen(by_id("learn-span"), "change", lambda event: self.refresh())
        listen(self.slider, "input", lambda event: self.draw_point(int(self.slider.value)))

    # ------------------------------------------------------------------------------------------ which weight

    def use(self, layers):
        """The layers with weights of the network, as `gradients` describes them."""
        if layers == self.layers:
            return
        self.layers = layers
        options = [element("option", layer_title(layer["name"]), value=layer["name"]) for layer in layers]
        replace(by_id("learn-layer"), options)
        self.choose_layer()

    def layer(self):
        name = by_id("learn-layer").value
        return next(layer for layer in self.layers if layer["name"] == name)

    def choose_layer(self):
        self.list_roles()
        self.choose_role()

    def list_roles(self):
        roles = [tensor["role"] for tensor in self.layer()["tensors"]]
        options = [element("option", text(f"learn.role_{role}"), value=role) for role in roles]
        replace(by_id("learn-role"), options)

    def choose_role(self):
        self.list_fields()
        self.choose_element()

    def list_fields(self):
        """Offers a number field for each axis of the tensor, at the element in its middle."""
        role = by_id("learn-role").value
        shape = next(tensor["shape"] for tensor in self.layer()["tensors"] if tensor["role"] == role)
        self.fields = []
        labels = []
        names = text(f"learn.axes_{len(shape)}").split(",")
        for axis, size in enumerate(shape):
            label = element("label", names[axis].strip() + " ")
            middle = size // 2 if axis > 1 and len(shape) == 4 else 0
            field = element("input", type="number", min=0, max=size - 1, step=1, value=middle)
            listen(field, "change", lambda event: self.choose_element())
            label.append(field)
            labels.append(label)
            self.fields.append(field)
        replace(by_id("learn-index"), labels)

    def take(self, weight):
        """Takes a number that was chosen elsewhere: its layer, role and element."""
        by_id("learn-layer").value = weight["layer"]
        self.list_roles()
        by_id("learn-role").value = weight["role"]
        self.list_fields()
        for field, at in zip(self.fields, weight["element"]):
            field.value = str(at)
        self.choose_element()

    def take_map(self, layer, number):
        """A number of a layer's output was chosen: offers the weights that make its map or unit, if it has any."""
        if self.wanted and layer in [one["name"] for one in self.layers]:
            by_id("learn-layer").value = layer
            self.list_roles()
            self.list_fields()
            self.fields[0].value = str(number)
            self.wanted = self.read_fields()
            self.refresh()

    def choose_element(self):
        """Takes the fields: the gradient of this number is explained, too."""
        self.wanted = self.read_fields()
        self.chosen(self.wanted)
        self.refresh()

    def read_fields(self):
        """The index in the fields; values that are not numbers in range are corrected."""
        element_ = []
        for field in self.fields:
            try:
                value = int(float(field.value))
            except ValueError:
                value = 0
            value = min(max(value, 0), int(field.max))
            field.value = str(value)
            element_.append(value)
        return {"layer": by_id("learn-layer").value, "role": by_id("learn-role").value, "element": element_}

    # ----------------------------------------------------------------------------------------------- the curve

    def refresh(self):
        self.stale = True
        if not self.asking:
            run(self.refresh_all())

    async def refresh_all(self):
        self.asking = True
        try:
            while self.stale and self.wanted:
                self.stale = False
                answer = await self.ask("loss_curve", span=float(by_id("learn-span").value), **self.wanted)
                if answer:
                    self.draw(answer)
        finally:
            self.asking = False

    def draw(self, curve):
        """Draws the curve, its axes and the point that is the network's own weight."""
        if curve == self.curve:
            return  # it is being dragged
        self.curve = curve
        values = [value for value in curve["losses"] if not isinstance(value, str)]
        self.low, self.high = (min(values), max(values)) if values else (0, 1)
        if self.high == self.low:
            self.high = self.low + 1
        self.width = max(by_id("learn-curve").clientWidth, 120)
        picture = svg("svg", viewBox=f"0 0 {self.width} {HEIGHT}", role="img", preserveAspectRatio="none")
        points = [
            f"{self.x(at):.1f},{self.y(loss):.1f}"
            for at, loss in enumerate(curve["losses"])
            if not isinstance(loss, str)
        ]
        picture.append(svg("polyline", points=" ".join(points), class_="curve"))
        own = self.x(curve["middle"])
        picture.append(svg("line", x1=own, x2=own, y1=0, y2=HEIGHT, class_="own"))
        self.tangent = svg("line", class_="tangent")
        self.point = svg("circle", r=6, class_="point")
        picture.append(self.tangent)
        picture.append(self.point)
        self.picture = picture
        replace(by_id("learn-curve"), [picture])
        by_id("learn-high").textContent, by_id("learn-low").textContent = number(self.high), number(self.low)
        by_id("learn-left").textContent = number(curve["values"][0])
        by_id("learn-right").textContent = number(curve["values"][-1])
        self.slider.max = len(curve["values"]) - 1
        self.slider.value = curve["middle"]
        self.slider.disabled = False
        self.draw_point(curve["middle"])

    def x(self, at):
        return EDGE + (self.width - 2 * EDGE) * at / (len(self.curve["values"]) - 1)

    def y(self, loss):
        return HEIGHT - EDGE - (HEIGHT - 2 * EDGE) * (loss - self.low) / (self.high - self.low)

    def draw_point(self, at):
        """Marks one point of the curve: its tangent has the gradient as its slope."""
        curve = self.curve
        value, loss, slope = curve["values"][at], curve["losses"][at], curve["gradients"][at]
        place = element_name({"tensor": curve["role"], "layer": curve["layer"]}, curve["index"])
        point = text("learn.point", value=number(value), loss=number(loss), slope=number(slope))
        by_id("learn-slope").textContent = point
        self.slider.setAttribute("aria-valuetext", point)
        self.picture.setAttribute("aria-label", text("learn.curve_of", place=place) + " " + point)
        known = not isinstance(loss, str) and not isinstance(slope, str)
        self.point.setAttribute("visibility", "visible" if known else "hidden")
        self.tangent.setAttribute("visibility", "visible" if known else "hidden")
        if not known:
            return
        reach = TANGENT * (curve["values"][-1] - curve["values"][0])
        x, y = self.x(at), self.y(loss)
        across = TANGENT * (self.width - 2 * EDGE)
        down = slope * reach * (HEIGHT - 2 * EDGE) / (self.high - self.low)
        shrink = min(1, HEIGHT / abs(down)) if down else 1  # a steep tangent stays near its point
        for end, sign in ((1, -1), (2, 1)):
            self.tangent.setAttribute(f"x{end}", f"{x + sign * across * shrink:.2f}")
            self.tangent.setAttribute(f"y{end}", f"{y - sign * down * shrink:.2f}")
        self.point.setAttribute("cx", f"{x:.2f}")
        self.point.setAttribute("cy", f"{y:.2f}")
