class Example(:
    pass
