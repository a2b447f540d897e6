"""Counts call graphs with networkx and variety with scipy and scikit-bio, and compares with `dive stats --json`."""

import json
import random
import sys
from collections import Counter

import networkx as nx
import numpy as np
from scipy.stats import entropy
from skbio.diversity.alpha import chao1, gini_index

rows = [json.loads(line) for line in open(sys.argv[1])]
stats = json.load(open(sys.argv[2]))


def graph(topology, labels):
    g = nx.DiGraph()
    g.add_nodes_from((i, {"label": label}) for i, label in enumerate(labels))
    g.add_edges_from(map(tuple, topology["edges"]))
    return g


def classes(graphs):
    """Sizes of the isomorphism classes: hashes only split, the matcher decides."""
    buckets = {}
    for g in graphs:
        key = nx.weisfeiler_lehman_graph_hash(g, node_attr="label", iterations=2)
        for found in buckets.setdefault((len(g), g.number_of_edges(), key), []):
            if nx.is_isomorphic(g, found[0], node_match=lambda a, b: a["label"] == b["label"]):
                found[1] += 1
                break
        else:
            buckets[(len(g), g.number_of_edges(), key)].append([g, 1])
    return sorted(n for bucket in buckets.values() for _, n in bucket)


def close(name, ours, theirs, tolerance=1e-3):
    assert abs(ours - theirs) <= tolerance * max(1.0, abs(theirs)), f"{name}: {ours} here, {theirs} there"
    print(f"{name}: {ours}")


topologies = [row["topology"] for row in rows]
path = stats["objects"]["certified_path"]
labelled = classes(graph(t, t["tools"]) for t in topologies)
coloured = classes(graph(t, t["kinds"]) for t in topologies)
shapes = classes(graph(t, [""] * len(t["tools"])) for t in topologies)
purity = classes(graph(t, [t["purity"]] * len(t["tools"])) for t in topologies)
assert stats["tasks"] == len(rows)
for name, ours, theirs in [
    ("call graphs", path["call_graphs"], labelled),
    ("two-coloured topologies", path["topologies_two_coloured"], coloured),
    ("shapes", path["shapes"], shapes),
    ("shape and purity", path["topologies_shape_purity"], purity),
]:
    close(name, ours["classes"], len(theirs), 0)
    close(f"{name}, entropy", ours["entropy_bits"], entropy(theirs, base=2))
    close(f"{name}, effective number", ours["effective_number"], np.exp(entropy(theirs)))
    close(f"{name}, ten or more", ours["at_least_ten"], sum(n >= 10 for n in theirs), 0)
assert stats["rp_topologies"] == len(purity)
assert stats["unique_call_sequences"] == len({tuple(t["tools"]) for t in topologies})
assert stats["unique_toolsets"] == len({frozenset(row["toolset"]) for row in rows})
assert {int(k): v for k, v in stats["depth"].items()} == Counter(t["depth"] for t in topologies)

used = Counter(tool for t in topologies for tool in set(t["tools"]))
assert {tool: n for tool, n in stats["tool_use"]["counts"].items() if n} == used
close("Gini", stats["tool_use"]["gini"], gini_index(np.array(list(stats["tool_use"]["counts"].values())), "rectangles"), 5e-3)

# Rarefaction against drawing subsets; the interval against the estimator that its variance rests on.
draw = random.Random(1)
flat = [i for i, n in enumerate(coloured) for _ in range(n)]
for point in stats["rarefaction"]["topologies_two_coloured"]:
    if point["n"] in (10, 100, 300):
        mean = np.mean([len(set(draw.sample(flat, point["n"]))) for _ in range(4000)])
        close(f"two-coloured topologies among {point['n']}", point["classes"], mean, 0.01)
last = stats["rarefaction"]["topologies_two_coloured"][-1]
estimate = chao1(np.array(coloured), bias_corrected=False)
half = 1.959964 * (len(coloured) - len(coloured) ** 2 / estimate) ** 0.5
close("half width of the interval", last["classes"] - last["low"], half, 0.05)

pairs = [frozenset(row["toolset"]) for row in rows]
overlap = np.mean([len(a & b) / len(a | b) for a, b in (draw.sample(pairs, 2) for _ in range(60000))])
close("overlap of toolsets", stats["toolsets"]["mean_overlap"], overlap, 0.01)
print("the measures agree")
