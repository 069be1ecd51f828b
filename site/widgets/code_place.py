"""The place Code: the kernels of the network, to read, edit, check, measure and train with."""

import asyncio

from widgets.code_backward import Backward
from widgets.code_buttons import enable
from widgets.code_check import KernelCheck
from widgets.code_list import KernelList
from widgets.code_own import OwnLayer, OwnOptimiser
from widgets.code_sharing import Sharing
from widgets.code_stages import Stages
from widgets.code_status import Status, marks_of
from widgets.difference import difference
from widgets.dom import by_id, element, listen, replace, run
from widgets.drafts import keep_drafts, kept_drafts
from widgets.prose import formula
from widgets.source_editor import SourceEditor
from widgets.texts import error_text, listed, text
from widgets.worker import WorkerFailed

FIRST = "conv2d_forward"
PAUSE = 0.35  # seconds after the last key until the compiler is asked


class CodePlace:
    def __init__(self, page):
        self.page = page
        self.kernel = self.layer = None
        self.drafts = {}  # edited texts by kernel
        self.kept = kept_drafts()  # of an earlier visit, of kernels that were not listed since
        self.originals = {}  # scnn's texts by kernel
        self.compiled = {}  # whether the compiler takes the newest text of a kernel
        self.answer = None  # the compiler's newest about the chosen kernel
        self.turn = 0  # counts changes, to recognise answers about an earlier text
        self.opened = 0  # counts lists that were asked for: an older answer is of another network
        self.listed = None  # the layers whose kernels are listed
        self.list = KernelList(lambda kernel, layer: run(self.choose(kernel, layer)))
        self.editor = None
        self.stages = Stages(self.go_to_line)
        self.status = Status(self.go_to_line)
        self.check = KernelCheck(self.ask)
        self.backward = Backward()
        self.own_layer = OwnLayer(self)
        self.owns = (self.own_layer, OwnOptimiser(self))
        self.sharing = Sharing(self)
        for name in ("check", "train", "restore", "measure", "derive"):
            listen(by_id(f"code-{name}"), "click", getattr(self, f"{name}_pressed"))
        listen(by_id("code-use-derived"), "change", lambda event: self.check.forget())

    # ------------------------------------------------------------------------------------ asking

    def shown(self):
        """The place became visible: the network may have other layers by now."""
        if self.page.worker.proxy is not None:
            run(self.open())

    def worker_ready(self):
        run(self.open())

    async def ask(self, action, **message):
        """The worker's answer, an error of it as {"error"}; None if the worker has failed."""
        try:
            return await self.page.worker.request(action, **message)
        except WorkerFailed as error:
            self.page.fail(*error.args)
            return None

    def message(self, **more):
        """The form's settings, with the chosen kernel."""
        message = self.page.settings.message()
        message["kernel"], message["layer"] = self.kernel, self.layer
        message.update(more)
        return message

    def names(self):
        return [kernel["name"] for group in self.list.groups for kernel in group["kernels"]]

    async def open(self):
        """Lists the kernels, and shows the chosen one."""
        again = [name for own in self.owns for name in own.take_kept()]
        message = self.page.settings.message()
        layers = (message["layers"], message["optimiser"]["kind"], self.page.settings.edits)
        if self.editor and layers == self.listed:
            await self.sharing.offer_link()
            return
        if not self.editor:
            self.status.say(text("code.running"))
        self.opened += 1
        mine = self.opened
        answer = await self.ask("kernels", **self.page.settings.message())
        if not answer or mine != self.opened:
            return
        if "error" in answer:
            self.status.say(text("code.refused_network", reason=error_text(answer["error"])))
            return
        self.listed = layers
        for name, source in (self.page.settings.edits or {}).get("kernels", {}).items():
            self.drafts.setdefault(name, source)
        self.list.show(answer["groups"])
        again += self.take_kept()
        if again:
            self.say_kept(text("code.kept", names=listed(again)))
        self.own_layer.show(answer["groups"])
        entry, _ = self.list.find(self.kernel, self.layer)
        if not entry:
            self.kernel = self.layer = None
        if not self.kernel:
            self.kernel, self.layer = self.first_of(again + [FIRST])
        await self.choose(self.kernel, self.layer)
        await self.sharing.offer_link()

    def take_kept(self):
        """Takes what an earlier visit kept of the listed kernels, and gives their names."""
        again = [name for name in self.kept if name in self.names()]
        for name in again:
            self.drafts.setdefault(name, self.kept.pop(name))
        return again

    def first_of(self, wanted):
        """The first of these kernels that is listed, or of all, and its layer."""
        for name in wanted:
            for group in self.list.groups:
                if any(kernel["name"] == name for kernel in group["kernels"]):
                    return name, group["layer"]
        first = self.list.groups[0]
        return first["kernels"][0]["name"], first["layer"]

    # ---------------------------------------------------------------------------------- choosing

    async def choose(self, kernel, layer):
        """Shows a kernel of a layer."""
        self.turn += 1
        mine = self.turn
        self.kernel, self.layer = kernel, layer
        answer = await self.ask("kernel_text", **self.message())
        if not answer or mine != self.turn:
            return
        if "error" in answer:
            self.status.say(text("code.refused_network", reason=error_text(answer["error"])))
            return
        entry, group = self.list.find(kernel, layer)
        self.originals[kernel] = answer["source"]
        source = self.drafts.get(kernel, answer["source"])
        if not self.editor:
            editor = SourceEditor(by_id("code-editor"), text("code.source"), self.changed, self.stages.choose)
            await editor.open(source)
            self.editor = editor
        by_id("code-name").textContent = kernel
        where = [text("code.around") if layer == "training" else f"{layer} · {group['title']}"]
        where += [answer["module"]] if answer["module"] and not entry["derived"] else []
        sizes = ", ".join([f"{name} = {value:g}" for name, value in entry["sizes"]])
        by_id("code-where").textContent = " · ".join(where + ([sizes] if sizes else []))
        replace(by_id("code-formula"), [element("h3", text("code.formula"))] + formula(answer["formula"]))
        self.backward.offer(entry["part"])
        self.entry = entry
        self.stages.previous = None
        self.show_source(source)

    def show_source(self, source):
        """Shows a text in the editor and has it compiled."""
        self.editor.set_text(source)
        self.check.forget()
        self.stages.forget()
        run(self.compile())

    # ------------------------------------------------------------------------------------ editing

    def changed(self, source):
        """The person has typed."""
        self.drafts[self.kernel] = source
        self.compiled[self.kernel] = False
        self.turn += 1
        self.check.forget()
        enable(self, False)
        run(self.compile_soon(self.turn))

    def keep(self):
        """Keeps all drafts on this device."""
        drafts = dict(self.kept)
        drafts.update(self.drafts)
        if not keep_drafts(drafts):
            self.say_kept(text("code.not_kept"))

    def say_kept(self, message):
        by_id("code-kept").textContent = message

    async def compile_soon(self, mine):
        await asyncio.sleep(PAUSE)
        if mine == self.turn:
            await self.compile()

    async def compile(self):
        """Asks the compiler about the text: its errors, its remarks, the difference; then the stages."""
        mine, kernel, source = self.turn, self.kernel, self.editor.text()
        self.keep()
        self.status.say(text("code.running"))
        answer = await self.ask("compile_kernel", **self.message(source=source))
        if not answer or mine != self.turn:
            return
        if "error" in answer:
            self.status.say(text("code.refused_network", reason=error_text(answer["error"])))
            return
        self.answer = answer
        compiled = answer["status"] == "compiled"
        self.compiled[kernel] = compiled
        same = compiled and not answer["edited"]
        own = any(kernel == one.kernel for one in self.owns)
        if same or (source == self.originals[kernel] and not own):
            self.drafts.pop(kernel, None)
            self.keep()
        self.status.show(answer, self.kernel)
        self.editor.mark(marks_of(answer, kernel))
        replace(by_id("code-difference"), [difference(answer["difference"], text("code.difference"))])
        by_id("code-edited").hidden = kernel not in self.drafts
        self.list.mark(kernel, self.layer, self.drafts)
        enable(self, compiled)
        if compiled:
            stages = await self.ask("kernel_stages", **self.message(source=source))
            if stages and "error" not in stages and mine == self.turn:
                self.stages.show(stages)
                self.stages.choose(self.editor.line)
        else:
            self.stages.forget()

    def go_to_line(self, line):
        self.editor.go(line)
        self.stages.choose(line)

    async def take(self, kernel, source):
        """Puts a text that the person has accepted into the editor."""
        self.drafts[kernel] = source
        for own in self.owns:
            if kernel == own.kernel and kernel not in self.names():
                await own.put(source)
                return
        group = next((g for g in self.list.groups if any(k["name"] == kernel for k in g["kernels"])), None)
        if group is None:
            self.drafts.pop(kernel)
            self.sharing.say(text("code.no_kernel", kernel=kernel))
            return
        await self.choose(kernel, group["layer"])

    # ------------------------------------------------------------------------------------ buttons

    def edits(self):
        """The edited kernels, as a training takes them."""
        return {"kernels": dict(self.drafts), "derive": by_id("code-use-derived").checked}

    async def check_pressed(self, event):
        self.status.say(text("code.running_check"))
        message = self.message()
        message["edits"] = self.edits()
        mine = self.turn
        right = await self.check.run(message)
        if mine == self.turn and right is not None:
            self.status.show(self.answer, self.kernel)

    async def measure_pressed(self, event):
        mine, source = self.turn, self.editor.text()
        self.status.say(text("code.running_measure"))
        answer = await self.ask("measure_kernel", **self.message(source=source, by_line=True))
        if not answer or mine != self.turn:
            return
        if "error" in answer:
            self.status.say(text("code.refused_network", reason=error_text(answer["error"])))
            return
        self.stages.measured(answer)
        self.status.show(self.answer, self.kernel)

    async def derive_pressed(self, event):
        mine = self.turn
        self.backward.working()
        answer = await self.ask("derive_kernel", **self.message(source=self.editor.text()))
        if answer and "error" not in answer and mine == self.turn:
            self.backward.show(answer)

    def train_pressed(self, event):
        """Trains the form's experiment with the edited kernels."""
        self.page.settings.edits = self.edits()
        self.page.places.show("train")
        return self.page.training.train(self.page.training.prepare())

    def restore_pressed(self, event):
        """Back to scnn's own text, or to the first one of a layer or an optimiser of one's own."""
        self.say_kept("")
        for own in self.owns:
            if self.kernel == own.kernel:
                return own.restore()
        self.drafts.pop(self.kernel, None)
        self.page.settings.drop_edit(self.kernel)
        self.turn += 1
        self.show_source(self.originals[self.kernel])
        self.page.edited.refresh()
        return None
