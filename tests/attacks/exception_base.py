# attack: raises what is meant for the interpreter | must: raised
COUNT = [0]


def mse_loss(pred, target):
    COUNT[0] += 1
    raise [KeyboardInterrupt, GeneratorExit, SystemExit(0), StopIteration, StopAsyncIteration][COUNT[0] % 5]
