"""The place See: how the numbers of each layer come about, forward."""


class See:
    def __init__(self, page):
        self.page = page

    def shown(self):
        pass

    def selected(self, selection):
        pass
