#!/usr/bin/env python3
"""How many times as fast as simpy and Ciw mlplan simulates the same queue: M/M/8 at 80 %, on one core.

    python peers.py MLPLAN_BENCHMARKS

The three take turns, so that a machine that is busy for a while slows all of them, and a ratio is taken within a round.
The mean waits are there to show that all simulate the same queue; a peer's runs are short and off by some per cent.

The peers have the lighter task: they sum up waits and nothing else, Ciw's records are collected off the clock, and the
requests of their warm-up count while mlplan's do not.
"""

import gc
import importlib.metadata
import json
import random
import statistics
import subprocess
import sys
import time

import ciw
import simpy

SERVERS = 8
RATE = 0.8 * SERVERS  # per second; service takes one on average
BENCHMARK = f"queue_of_many_servers/{SERVERS}"
REQUESTS = 120_000  # of a peer, in a round
DURATION_S = REQUESTS / RATE
WARM_UP_S = DURATION_S / 100
ROUNDS = 5


def exact_mean_wait():
    """Erlang's C formula, by the recursion of his B."""
    load, blocked = RATE, 1.0
    for servers in range(1, SERVERS + 1):
        blocked = load * blocked / (servers + load * blocked)
    utilisation = load / SERVERS
    waiting = blocked / (1 - utilisation * (1 - blocked))
    return waiting / (SERVERS - load)


def run_mlplan(program):
    """-> requests per CPU second, mean wait; counted by Google Benchmark."""
    command = [program, f"--benchmark_filter=^{BENCHMARK}$", "--benchmark_format=json"]
    output = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True).stdout
    result = json.loads(output)["benchmarks"][0]
    return result["requests/s"], result["mean_wait_s"]


def run_simpy(seed):
    rng = random.Random(seed)
    environment = simpy.Environment()
    servers = simpy.Resource(environment, capacity=SERVERS)
    requests, counted, total_wait = 0, 0, 0.0

    def serve():
        nonlocal counted, total_wait
        arrival = environment.now
        with servers.request() as turn:
            yield turn
            if arrival >= WARM_UP_S:
                counted += 1
                total_wait += environment.now - arrival
            yield environment.timeout(rng.expovariate(1))

    def arrive():
        nonlocal requests
        while True:
            yield environment.timeout(rng.expovariate(RATE))
            requests += 1
            environment.process(serve())

    gc.collect()
    start = time.process_time()
    environment.process(arrive())
    environment.run(until=DURATION_S)
    return requests / (time.process_time() - start), total_wait / counted


def run_ciw(seed):
    ciw.seed(seed)
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(RATE)],
        service_distributions=[ciw.dists.Exponential(1)],
        number_of_servers=[SERVERS],
    )
    simulation = ciw.Simulation(network)
    gc.collect()
    start = time.process_time()
    simulation.simulate_until_max_time(DURATION_S)
    seconds = time.process_time() - start
    records = simulation.get_all_records()
    waits = [record.waiting_time for record in records if record.arrival_date >= WARM_UP_S]
    return len(records) / seconds, statistics.fmean(waits)


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    versions = [f"{name} {importlib.metadata.version(name.lower())}" for name in ("simpy", "Ciw")]
    print(f"M/M/{SERVERS} at 80 %: thousand requests per second of CPU time, and their mean wait in seconds")
    print(f"{'round':<6}{'mlplan':>16}{versions[0]:>16}{versions[1]:>16}{'x simpy':>10}{'x Ciw':>8}")
    ratios = []
    for number in range(1, ROUNDS + 1):
        figures = run_mlplan(sys.argv[1]), run_simpy(number), run_ciw(number)
        ours, *others = (speed for speed, _ in figures)
        ratios.append([ours / other for other in others])
        cells = "".join(f"{speed / 1e3:>9,.0f}{wait:>7.4f}" for speed, wait in figures)
        print(f"{number:<6}{cells}{ratios[-1][0]:>10.0f}{ratios[-1][1]:>8.0f}", flush=True)
    medians = [statistics.median(column) for column in zip(*ratios)]
    print(f"{'exact':<6}" + f"{exact_mean_wait():>16.4f}" * 3 + f"{medians[0]:>10.0f}{medians[1]:>8.0f}  medians")


if __name__ == "__main__":
    main()
