"""The place Learn: how the numbers of each gradient come about, backward."""


class Learn:
    def __init__(self, page):
        self.page = page

    def shown(self):
        pass

    def selected(self, selection):
        pass
