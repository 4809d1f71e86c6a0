"""A first look at an attempt; editors that know `# %%` show it as a notebook."""

# %%
from lightpace import Race, fit_runner, load_scenario, page, predict, simulate, splits, still, sweep

run = simulate(load_scenario("breaking4"))
run  # noqa: B018 - in a notebook: splits, a chart, and the picture of the finish

# %% Another number of pacers
alone = simulate(load_scenario("breaking4", overrides=["pacers.count=0"]))
print(f"alone she is {alone.end_s - run.end_s:.2f} s slower")

# %% Split by split
for split in splits(run):
    print(split.label, split.run_s, split.delta_s)

# %% As arrays; `run.to_pandas()`, `to_polars()` and `to_arrow()` need those packages
speed = run.to_arrays()["v"]
print(f"she is fastest at {speed.max():.2f} m/s")

# %% A picture of any moment, and a page to share
still(run, "light lost", camera="rail").save("light-lost.png")
page(run, "breaking4.html", force=True)

# %% Every combination
table = sweep("breaking4", ["pacers.count=0..2"])
print(table["finish_s"])

# %% What would she run over 3000 m?
body = load_scenario("solo", overrides=["runner.height=1.75", "runner.mass=68"]).runner
fit = fit_runner([Race(800.0, 134.0), Race(1609.344, 300.0)], body)
(three,) = predict(fit.runner, [3000.0], covariance=fit.covariance)
print(f"{three.low_s:.0f} to {three.high_s:.0f} s")
