"""General, second part: networks, tables and texts, climate, matrices, sun and moon, the ellipsoid, other calendars."""

import csv
import datetime
import io
import json
import math
import re
import statistics

import convertdate.coptic
import convertdate.islamic
import convertdate.julian
import ephem
import networkx
import numpy
import pymannkendall
import pyproj
import scipy.constants
import scipy.linalg
import scipy.stats

from golden import Domain, date, log, many, num, one, refuse_if, whole

DOMAIN = Domain("geography")
oracle = DOMAIN.oracle

# Networks


def roads(r):
    """A random network, often in parts; lengths in tenths, so that lengths of paths may be equal."""
    n = r.randint(3, 14)
    pairs = [(a, b) for a in range(n) for b in range(a)]
    chosen = r.sample(pairs, min(len(pairs), r.randint(2, 2 * n)))
    return {"roads": [f"C{a}–C{b}" for a, b in chosen], "length_km": [round(r.uniform(1, 99), 1) for _ in chosen]}


road_edges = [
    {"roads": ["A–B", "B–C", "A–C"], "length_km": [1, 1, 2]},
    {"roads": ["A–B", "B–C", "C–D", "D–A", "E–F"], "length_km": [1, 1, 1, 1, 1]},
    {"roads": ["A–B"], "length_km": [1, 2]},
    {"roads": ["A–B", "A–A"], "length_km": [1, 2]},
    {"roads": ["A–B", "B–A"], "length_km": [1, 2]},
    {"roads": ["A–B", "B–C"], "length_km": [1, 0]},
    {"roads": ["A–B", "B-C"], "length_km": [1, 3]},
    {"roads": ["A–B–C"], "length_km": [1]},
    {"roads": [], "length_km": []},
]


def network(edges):
    ends, lengths = [road.split("–") for road in edges["roads"]], edges["length_km"]
    refuse_if(not ends or len(ends) != len(lengths) or min(lengths) <= 0 or any(len(e) != 2 for e in ends))
    refuse_if(any(a == b for a, b in ends) or len({frozenset(e) for e in ends}) < len(ends))
    graph = networkx.Graph()
    graph.add_weighted_edges_from((a, b, n) for (a, b), n in zip(ends, lengths))
    return graph


NETWORKX = "networkx:"


@oracle("road_network_structure", NETWORKX + "articulation_points, bridges, cycle_basis", roads, edges=road_edges)
def _(**edges):
    g = network(edges)
    refuse_if(len(g) < 3)
    return {
        "components": networkx.number_connected_components(g),
        "cyclomatic": len(networkx.cycle_basis(g)),
        "gamma": 100 * g.size() / (3 * (len(g) - 2)),
        "articulation_points": len(set(networkx.articulation_points(g))),
        "bridges": len(list(networkx.bridges(g))),
    }


@oracle("road_network_path_lengths", NETWORKX + "floyd_warshall_numpy", roads, edges=road_edges)
def _(**edges):
    g = network(edges)
    lengths = networkx.floyd_warshall_numpy(g)
    pairs = [x for x in lengths[numpy.triu_indices(len(g), 1)] if math.isfinite(x)]
    return {"diameter_km": max(pairs), "mean_km": sum(pairs) / len(pairs)}


@oracle("minimum_spanning_forest", NETWORKX + "minimum_spanning_edges(prim)", roads, edges=road_edges)
def _(**edges):
    kept = [d["weight"] for _, _, d in networkx.minimum_spanning_edges(network(edges), algorithm="prim")]
    return {"total_km": sum(kept), "longest_km": max(kept)}


@oracle("road_network_spectrum", NETWORKX + "adjacency_spectrum, laplacian_spectrum", roads, edges=road_edges, rel=1e-6, abs_=1e-8)
def _(**edges):
    g = network(edges)
    laplacian = sorted(networkx.laplacian_spectrum(g, weight=None))
    return {"spectral_radius": max(networkx.adjacency_spectrum(g, weight=None).real), "laplacian_radius": laplacian[-1], "algebraic_connectivity": max(0, laplacian[1])}


@oracle("road_network_centralities", NETWORKX + "betweenness_centrality, closeness_centrality", roads, edges=road_edges)
def _(**edges):
    g = network(edges)
    # Whole tenths, so that equal lengths are equal.
    for _, _, d in g.edges(data=True):
        d["tenths"] = round(10 * d["weight"])
    between = networkx.betweenness_centrality(g, weight="tenths")
    close = networkx.closeness_centrality(g, distance="weight")
    expected = {}
    for place, name in enumerate(sorted(g)):
        row = {"name": name, "roads": g.degree(name), "betweenness": between[name], "closeness": close[name],
               "farthest_km": max(networkx.single_source_dijkstra_path_length(g, name).values())}
        expected |= {f"cities/{place}/{key}": value for key, value in row.items()}
    return expected


@oracle("shortest_road_routes", NETWORKX + "single_source_dijkstra", roads, edges=road_edges)
def _(**edges):
    g = network(edges)
    origin = edges["roads"][0].split("–")[0]
    reached = networkx.single_source_dijkstra_path_length(g, origin)
    # Fewest roads first among equally short routes.
    for _, _, d in g.edges(data=True):
        d["both"] = round(10 * d["weight"]) * 1000 + 1
    fewest = networkx.single_source_dijkstra_path_length(g, origin, weight="both")
    expected = {}
    for place, name in enumerate(sorted(set(reached) - {origin})):
        expected |= {f"cities/{place}/name": name, f"cities/{place}/route_km": reached[name], f"cities/{place}/roads": fewest[name] % 1000}
    return expected


# Tables and texts

DEPARTMENTS = ["parks", "police", "roads", "schools", "waste, water and sewage", "fire service"]


def budget(r):
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["department", "planned_keur", "actual_keur", "posts"])
    for department in r.sample(DEPARTMENTS, r.randint(1, 6)):
        writer.writerow([department, round(r.uniform(10, 9000), 1), round(r.uniform(10, 9000), 1), r.randint(1, 90)])
    return out.getvalue()


csv_edges = [{"csv": c} for c in ("", "department,planned_keur\n", "department,planned_keur,actual_keur\nparks,1\n", "department,planned_keur,actual_keur\nparks,x,2\n", "planned_keur,planned_keur\n1,2\n", "department,posts\nparks,3\n")]


def frame(text):
    rows = list(csv.reader(io.StringIO(text)))
    refuse_if(len(rows) < 2 or any(len(row) != len(rows[0]) for row in rows) or len(set(rows[0])) < len(rows[0]))
    return [dict(zip(rows[0], row)) for row in rows[1:]]


def column(rows, name):
    refuse_if(name not in rows[0])
    try:
        return [float(row[name]) for row in rows]
    except ValueError:
        refuse_if(True)


@oracle("csv_column_statistics", "python:csv and statistics", {"csv": budget, "column": one("planned_keur", "actual_keur")}, edges=csv_edges)
def _(csv, column):
    values = globals()["column"](frame(csv), column)
    return {"sum": math.fsum(values), "mean": statistics.fmean(values), "median": statistics.median(values), "greatest": max(values)}


@oracle("csv_budget_deviation", "python:csv", {"csv": budget}, edges=csv_edges + [{"csv": "department,planned_keur,actual_keur\nparks,0,2\n"}])
def _(csv):
    rows = frame(csv)
    planned, actual = column(rows, "planned_keur"), column(rows, "actual_keur")
    refuse_if(min(planned) <= 0)
    expected = {}
    for i, (row, p, a) in enumerate(zip(rows, planned, actual)):
        expected |= {f"departments/{i}/department": row["department"], f"departments/{i}/deviation_keur": a - p, f"departments/{i}/deviation_pct": 100 * (a / p - 1)}
    return expected


def readings(r):
    one_reading = lambda: {"air": {"temperature": round(r.uniform(-9, 30), 1)}, "wind": {"gust": round(r.uniform(1, 30), 1)}, "rain": r.choice([0, 0.4, 2])}
    return json.dumps({"readings": [one_reading() for _ in range(r.randint(1, 9))], "height": 12})


@oracle("json_query", "python:json and statistics", {"json": readings, "path": one("readings[*].air.temperature", "readings[*].wind.gust", "readings[*].rain", "height")},
        edges=[{"json": "{"}, {"json": "[]"}, {"json": '{"readings": []}', "path": "readings[*].rain"}, {"path": "readings.rain"}, {"path": "height[*]"}, {"path": "soil"}, {"json": '{"height": "high"}', "path": "height"}])
def _(path, **text):
    try:
        values = [json.loads(text["json"])]
    except ValueError:
        refuse_if(True)
    for step in path.split("."):
        name = step.removesuffix("[*]")
        refuse_if(any(not isinstance(v, dict) or name not in v for v in values))
        values = [v[name] for v in values]
        if name != step:
            refuse_if(any(not isinstance(v, list) for v in values))
            values = [x for v in values for x in v]
    refuse_if(not values or any(not isinstance(v, (int, float)) for v in values))
    return {"smallest": min(values), "greatest": max(values), "mean": statistics.fmean(values), "sum": math.fsum(values)}


def log_lines(r):
    line = lambda: f"{r.randint(0, 23):02}:{r.randint(0, 59):02} {r.choice(['INFO', 'WARN', 'ERROR'])} flight {r.choice(['QX', 'YK'])}{r.randint(1, 999)} gate {r.randint(1, 30)}: {r.choice(['late crew', 'door failure'])} ({r.choice('ABEK')}{r.randint(100, 499)})"
    return "\n".join(line() for _ in range(r.randint(0, 30)))


@oracle("regex_search", "python:re", {"text": log_lines, "pattern": one(r"E\d{3}", r"[AK]\d{3}", "WARN|ERROR", r"QX\d+", r"1\d:\d\d", r"gate\s\d\b", r"\b0\d:[0-2]\d", r"(late|door)\s(crew|failure)", r"\bgate\b", "x*")}, n=30,
        edges=[{"pattern": p} for p in ("(", "[", "*", r"E\d{2,1}")] + [{"text": ""}])
def _(text, pattern):
    try:
        found = [m.group() for m in re.finditer(pattern, text) if m.group()]
    except re.error:
        refuse_if(True)
    lines = sum(any(m.group() for m in re.finditer(pattern, line)) for line in text.splitlines())
    return {"matches": len(found), "different": len(set(found)), "lines": lines} | ({"first": found[0], "last": found[-1]} if found else {})


# Climate


def climate(r):
    mean, swing, wet, seasons = r.uniform(-12, 28), r.uniform(-20, 20), r.uniform(3, 250), r.uniform(-1, 1)
    wave = [math.cos(2 * math.pi * (m - 6.5) / 12) for m in range(12)]
    return {"temperatures_c": [round(mean + swing * w + r.uniform(-1, 1), 1) for w in wave],
            "rainfall_mm": [round(max(0.0, wet * (1 + seasons * w) * r.uniform(0.5, 1.5)), 1) for w in wave]}


climate_edges = [{"temperatures_c": [1, 2]}, {"rainfall_mm": [0] * 12}, {"rainfall_mm": [-1] + [5] * 11}, {"temperatures_c": [99] * 12}]


def normals(temperatures_c, rainfall_mm):
    refuse_if(len(temperatures_c) != 12 or len(rainfall_mm) != 12 or min(rainfall_mm) < 0 or sum(rainfall_mm) == 0)
    refuse_if(min(temperatures_c) < -90 or max(temperatures_c) > 60)
    return numpy.array(temperatures_c, float), numpy.array(rainfall_mm, float)


@oracle("koeppen_climate_class", "Peel, Finlayson and McMahon 2007, HESS 11:1633, table 1, as a list of criteria", climate, edges=climate_edges, n=200)
def _(temperatures_c, rainfall_mm):
    t, p = normals(temperatures_c, rainfall_mm)
    warm = numpy.array([False] * 3 + [True] * 6 + [False] * 3)
    if t[warm].mean() < t[~warm].mean():
        warm = ~warm
    s, w = p[warm], p[~warm]
    annual = p.sum()
    limit = 2 * t.mean() + (0 if w.sum() >= 0.7 * annual else 28 if s.sum() >= 0.7 * annual else 14)
    dry = {"s": s.min() < 40 and s.min() < w.max() / 3, "w": w.min() < s.max() / 10}
    if all(dry.values()):
        dry["w" if s.sum() < w.sum() else "s"] = False
    season = next((k for k, v in dry.items() if v), "f")
    months = (t >= 10).sum()
    criteria = [
        ("ET", t.max() < 10 and t.max() > 0),
        ("EF", t.max() <= 0),
        ("BWh", annual < 5 * limit and t.mean() >= 18),
        ("BWk", annual < 5 * limit),
        ("BSh", annual < 10 * limit and t.mean() >= 18),
        ("BSk", annual < 10 * limit),
        ("Af", t.min() >= 18 and p.min() >= 60),
        ("Am", t.min() >= 18 and p.min() >= 100 - annual / 25),
        ("Aw", t.min() >= 18),
        *((f"C{season}{heat}", t.min() > 0 and test) for heat, test in (("a", t.max() >= 22), ("b", months >= 4), ("c", True))),
        *((f"D{season}{heat}", test) for heat, test in (("a", t.max() >= 22), ("b", months >= 4), ("d", t.min() < -38), ("c", True))),
    ]
    return {"class": next(name for name, holds in criteria if holds)}


@oracle("climate_aridity", "De Martonne 1926; Lang 1920", climate, edges=climate_edges)
def _(temperatures_c, rainfall_mm):
    t, p = normals(temperatures_c, rainfall_mm)
    refuse_if(t.mean() <= 0)
    return {"de_martonne": p.sum() / (10 + t.mean()), "lang": p.sum() / t.mean()}


@oracle("rainfall_seasonality", "Walsh and Lawler 1981; Arnoldus 1980; Oliver 1980", climate, edges=climate_edges)
def _(temperatures_c, rainfall_mm):
    _, p = normals(temperatures_c, rainfall_mm)
    return {"seasonality": numpy.abs(p - p.mean()).sum() / p.sum(), "fournier_mm": (p**2).sum() / p.sum(), "concentration": 100 * ((p / p.sum()) ** 2).sum()}


@oracle("degree_days", "numpy:sum over the 365 days", lambda r: {"temperatures_c": climate(r)["temperatures_c"], "base_c": r.choice([5, 8, 10, 15, 18.5])}, edges=[{"temperatures_c": [3] * 11}])
def _(temperatures_c, base_c):
    refuse_if(len(temperatures_c) != 12)
    days = numpy.array([temperatures_c[(datetime.date(2025, 1, 1) + datetime.timedelta(d)).month - 1] for d in range(365)])
    return {"growing": numpy.maximum(days - base_c, 0).sum(), "heating": numpy.maximum(base_c - days, 0).sum()}


def chain(r):
    rows = [[round(x / sum(row), 3) for x in row[:2]] for row in ([r.uniform(0.05, 1) for _ in range(3)] for _ in range(3))]
    rows = [[a, b, round(1 - a - b, 3)] for a, b in rows]
    return dict(zip(("to_dry", "to_overcast", "to_rainy"), map(list, zip(*rows))))


chain_edges = [
    {"to_dry": [1, 0, 0], "to_overcast": [0, 1, 0], "to_rainy": [0, 0, 1]},
    {"to_dry": [0, 0, 1], "to_overcast": [1, 0, 0], "to_rainy": [0, 1, 0]},
    {"to_dry": [0.5, 0.5], "to_overcast": [0.5, 0.5], "to_rainy": [0, 0]},
    {"to_dry": [1.5, 0, 0], "to_overcast": [-0.5, 1, 0], "to_rainy": [0, 0, 1]},
    {"to_dry": [1, 1, 1], "to_overcast": [0, 0, 0], "to_rainy": [0, 0, 0]},
]


def transitions(columns):
    refuse_if(any(len(c) != 3 for c in columns))
    matrix = numpy.array(columns, float).T
    refuse_if(matrix.min() < 0 or numpy.abs(matrix.sum(axis=1) - 1).max() > 1e-6)
    return matrix


@oracle("markov_long_run", "scipy:linalg.null_space", chain, edges=chain_edges)
def _(to_dry, to_overcast, to_rainy):
    space = scipy.linalg.null_space((transitions([to_dry, to_overcast, to_rainy]) - numpy.eye(3)).T)
    refuse_if(space.shape[1] != 1)
    shares = space[:, 0] / space[:, 0].sum()
    refuse_if(shares[2] < 1e-12)
    return {"dry": 100 * shares[0], "overcast": 100 * shares[1], "rainy": 100 * shares[2], "rain_return": 1 / shares[2]}


@oracle("markov_forecast", "numpy:linalg.matrix_power", lambda r: chain(r) | {"today": r.choice(["dry", "overcast", "rainy"]), "days": r.randint(1, 20)}, edges=[*chain_edges, {"days": 2.5}])
def _(to_dry, to_overcast, to_rainy, today, days):
    matrix = transitions([to_dry, to_overcast, to_rainy])
    refuse_if(days != int(days))
    row = numpy.linalg.matrix_power(matrix, int(days))[["dry", "overcast", "rainy"].index(today)]
    return {"dry": 100 * row[0], "overcast": 100 * row[1], "rainy": 100 * row[2]}


# Matrices

SECTORS = ["agriculture", "manufacturing", "construction", "services"]


def table(r):
    columns = {f"to_{s}": [round(r.uniform(0, 0.24), 3) for _ in SECTORS] for s in SECTORS}
    return {"sectors": SECTORS} | columns | {"final_demand": [round(r.uniform(0, 9000), 1) for _ in SECTORS]}


table_edges = [{"to_services": [0.5, 0.5, 0.1, 0]}, {"to_services": [-0.1, 0.5, 0.1, 0]}, {"to_services": [0.1]}, {"final_demand": [1, 2]}]


def inverse(sectors, columns):
    refuse_if(len(sectors) != 4 or any(len(c) != 4 or min(c) < 0 or sum(c) >= 1 for c in columns))
    return numpy.linalg.inv(numpy.eye(4) - numpy.array(columns).T)


@oracle("leontief_model", "numpy:linalg.inv", table, edges=table_edges)
def _(sectors, to_agriculture, to_manufacturing, to_construction, to_services, final_demand):
    refuse_if(len(final_demand) != 4)
    whole_inverse = inverse(sectors, [to_agriculture, to_manufacturing, to_construction, to_services])
    output, multipliers = whole_inverse @ final_demand, whole_inverse.sum(axis=0)
    return {f"sectors/{i}/{key}": v[i] for i in range(4) for key, v in (("sector", sectors), ("gross_output", output), ("multiplier", multipliers))}


@oracle("demand_shock", "numpy:linalg.inv", lambda r: table(r) | {"sector": r.choice(SECTORS), "percent": round(r.uniform(1, 40), 1)}, edges=table_edges)
def _(sectors, to_agriculture, to_manufacturing, to_construction, to_services, final_demand, sector, percent):
    refuse_if(len(final_demand) != 4)
    whole_inverse = inverse(sectors, [to_agriculture, to_manufacturing, to_construction, to_services])
    i = sectors.index(sector)
    return {"additional": whole_inverse.sum(axis=0)[i] * final_demand[i] * percent / 100}


tensor = {key: num(-40, 60) for key in ("xx", "yy", "zz", "xy", "yz", "zx")}
tensor_edges = [dict(xx=5, yy=5, zz=5, xy=0, yz=0, zx=0), dict.fromkeys(tensor, 0), dict(xx=1, yy=2, zz=3, xy=0, yz=0, zx=0)]


def stress(xx, yy, zz, xy, yz, zx):
    return numpy.array([[xx, xy, zx], [xy, yy, yz], [zx, yz, zz]], float)


@oracle("principal_stresses", "numpy:linalg.eigvalsh", tensor, edges=tensor_edges, abs_=1e-7)
def _(**parts):
    minor, middle, major = numpy.linalg.eigvalsh(stress(**parts))
    return {"major": major, "intermediate": middle, "minor": minor, "max_shear": (major - minor) / 2}


@oracle("stress_invariants", "numpy:linalg.det, and von Mises stress from the deviator", tensor, edges=tensor_edges, abs_=1e-6)
def _(**parts):
    s = stress(**parts)
    deviator = s - numpy.eye(3) * numpy.trace(s) / 3
    return {"mean": numpy.trace(s) / 3, "determinant": numpy.linalg.det(s), "von_mises": math.sqrt(1.5 * (deviator**2).sum())}


# Sun and moon


def observer(latitude, longitude, moment):
    place = ephem.Observer()
    place.lat, place.lon, place.pressure, place.horizon = str(latitude), str(longitude), 0, "-0:34"
    place.date = moment
    return place


@oracle("sunrise_sunset", "ephem:Observer.next_rising, next_setting", {"latitude": num(-60, 60, 4), "longitude": num(-170, 170, 4), "utc_offset_h": whole(0, 0), "date": date(1900, 2100)}, n=60,
        edges=[{"latitude": 65.9, "date": "2025-06-21"}, {"latitude": 67}], rel=0, abs_=1.0)
def _(latitude, longitude, utc_offset_h, date):
    refuse_if(abs(latitude) > 66 or (latitude > 65 and date == "2025-06-21"))
    # Events of the local solar day, which need not be that of the zone.
    noon = ephem.Date(date.replace("-", "/")) + 0.5 - longitude / 360
    place = observer(latitude, longitude, noon)
    start = ephem.Date(date.replace("-", "/"))
    minutes = lambda event: (event - start) * 1440
    return {"sunrise_minutes": minutes(place.previous_rising(ephem.Sun())), "sunset_minutes": minutes(place.next_setting(ephem.Sun()))}


@oracle("moon_illumination", "ephem:Moon.moon_phase", {"date": date(1850, 2150)}, n=60, edges=[{"date": "1066-10-14"}], rel=0, abs_=0.6)
def _(date):
    refuse_if(date < "1800")
    moon = ephem.Moon(ephem.Date(date.replace("-", "/")) + 0.5)
    return {"illuminated": 100 * moon.moon_phase}


@oracle("next_moon_phase", "ephem:next_full_moon, next_new_moon", {"date": date(1850, 2150), "phase": one("full", "new")}, n=80, edges=[{"date": "2025-03-14", "phase": "full"}, {"date": "2025-03-15", "phase": "full"}, {"date": "1066-10-14"}])
def _(date, phase):
    refuse_if(date < "1800")
    following = ephem.next_full_moon if phase == "full" else ephem.next_new_moon
    moment = following(ephem.Date(date.replace("-", "/")))
    day = moment.datetime()
    # The times differ by a minute or two: too close to midnight the dates may.
    near = abs((day - day.replace(hour=12, minute=0)).total_seconds()) > 11.9 * 3600
    return {} if near else {"phase_date": day.date().isoformat()}


# The ellipsoid

WGS84 = pyproj.Geod(ellps="WGS84")


def two(r):
    return {"latitude_1": num(-89, 89, 4)(r), "longitude_1": num(-180, 180, 4)(r), "latitude_2": num(-89, 89, 4)(r), "longitude_2": num(-180, 180, 4)(r)}


def apart(a, b, c, d):
    return {"latitude_1": a, "longitude_1": b, "latitude_2": c, "longitude_2": d}


@oracle("geodesic_distance", "pyproj:Geod.inv", two, n=40, edges=[apart(0, 10, 0, 50), apart(0, 179.9, 0, -179.9), apart(10, 20, 10, 20), apart(90, 0, 50, 10), apart(0, 0, 0.1, 179.9)])
def _(latitude_1, longitude_1, latitude_2, longitude_2):
    metres = WGS84.inv(longitude_1, latitude_1, longitude_2, latitude_2)[2]
    refuse_if(metres > 19_950_000)
    return {"distance_km": metres / 1000}


@oracle("utm_coordinates", "pyproj:Proj(utm)", {"latitude": num(-80, 84, 5), "longitude": num(-180, 180, 5)}, n=40, edges=[{"latitude": 0, "longitude": 3}, {"latitude": 85}, {"longitude": 180}, {"longitude": -180}], rel=0, abs_=0.503)
def _(latitude, longitude):
    refuse_if(latitude > 84)
    zone = int((longitude + 180) // 6) % 60 + 1
    x, y = pyproj.Proj(proj="utm", zone=zone, ellps="WGS84", south=latitude < 0)(longitude, latitude)
    return {"zone": zone, "easting_m": x, "northing_m": y}


@oracle("normal_gravity", "NIMA TR8350.2, equations 4-1 and 4-3, with the defining parameters of WGS 84", {"latitude": num(-90, 90, 4), "height_m": num(-100, 9000, 1)}, edges=[{"latitude": 0, "height_m": 0}, {"latitude": 90, "height_m": 0}], abs_=1e-3)
def _(latitude, height_m):
    a, f, gm, omega = 6378137.0, 1 / 298.257223563, 3.986004418e14, 7.292115e-5
    b = a * (1 - f)
    e2 = f * (2 - f)
    second = math.sqrt(a * a - b * b) / b
    q0 = ((1 + 3 / second**2) * math.atan(second) - 3 / second) / 2
    q0_prime = 3 * (1 + 1 / second**2) * (1 - math.atan(second) / second) - 1
    m = omega**2 * a**2 * b / gm
    equator = gm / (a * b) * (1 - m - m / 6 * second * q0_prime / q0)
    pole = gm / a**2 * (1 + m / 3 * second * q0_prime / q0)
    k = b * pole / (a * equator) - 1
    s2 = math.sin(math.radians(latitude)) ** 2
    surface = equator * (1 + k * s2) / math.sqrt(1 - e2 * s2)
    return {"gravity": 1e5 * surface * (1 - 2 / a * (1 + f + m - 2 * f * s2) * height_m + 3 / a**2 * height_m**2)}


@oracle("local_time", "python:datetime.timezone", {"offset_1": one(-8, -3.5, 0, 1, 2, 5.75, 9), "offset_2": one(-8, -3.5, 0, 1, 2, 5.75, 9), "time": lambda r: f"{r.randint(0, 23):02}:{r.randint(0, 59):02}"}, edges=[{"time": t} for t in ("24:00", "9:00", "noon", "12:60", "12:5")])
def _(offset_1, offset_2, time):
    refuse_if(not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", time))
    zone = lambda hours: datetime.timezone(datetime.timedelta(hours=hours))
    here = datetime.datetime.fromisoformat(f"2025-06-15T{time}").replace(tzinfo=zone(offset_1))
    there = here.astimezone(zone(offset_2))
    return {"time": there.strftime("%H:%M"), "day_shift": (there.date() - here.date()).days}


@oracle("photon_wavelength", "scipy:constants", {"energy_ev": log(0.001, 1e6, 6)}, edges=[{"energy_ev": 0}, {"energy_ev": 13.6}])
def _(energy_ev):
    refuse_if(energy_ev <= 0)
    joule = energy_ev * scipy.constants.electron_volt
    return {"wavelength_nm": scipy.constants.h * scipy.constants.c / joule * 1e9, "frequency_phz": joule / scipy.constants.h / 1e15}


# Time

ISLAMIC = "Muharram, Safar, Rabi I, Rabi II, Jumada I, Jumada II, Rajab, Shaban, Ramadan, Shawwal, Dhu al-Qadah, Dhu al-Hijjah".split(", ")
COPTIC = "Thout Paopi Hathor Koiak Tobi Meshir Paremhat Paremoude Pashons Paoni Epip Mesori Nesi".split()


@oracle("convert_calendar", "convertdate:julian, islamic, coptic", {"date": date(700, 2200), "calendar": one("julian", "islamic", "coptic")}, n=120,
        edges=[{"date": "1700-03-11", "calendar": "julian"}, {"date": "1700-03-12", "calendar": "julian"}, {"date": "0699-12-31"}, {"date": "2024-02-30"}, {"date": "2023-09-11", "calendar": "coptic"}])
def _(date, calendar):
    refuse_if(date < "0700" or date == "2024-02-30")
    day = [int(x) for x in date.split("-")]
    year, month, of_month = {"julian": convertdate.julian.from_gregorian, "islamic": convertdate.islamic.from_gregorian, "coptic": convertdate.coptic.from_gregorian}[calendar](*day)
    names = {"julian": [datetime.date(2000, m, 1).strftime("%B") for m in range(1, 13)], "islamic": ISLAMIC, "coptic": COPTIC}[calendar]
    return {"converted": f"{of_month} {names[month - 1]} {year}"}


@oracle("mann_kendall_trend", "pymannkendall:original_test", {"values": many(whole(1, 60), 3, 40)}, edges=[{"values": v} for v in ([7, 7, 7], [7, 8], [1, 2, 3, 4, 5], [3, 3, 1], [1, 2, 2, 1])])
def _(values):
    refuse_if(len(values) < 3 or len(set(values)) == 1)
    test = pymannkendall.original_test(values)
    return {"s": test.s, "z": test.z, "slope": test.slope}
