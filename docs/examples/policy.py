"""A runner's policy of one's own: plain Python that is asked for a speed every half second.

The function decides, the kernel steps: power, reserve, air and bends are the model's, so a speed is
a wish. Between two decisions the steps are compiled, so a whole attempt takes some hundredths of a
second, and the function may be as slow as it likes.
"""

from lightpace import Moment, Recording, Scenario, Stepper, load_scenario


def spend_evenly(now: Moment, scenario: Scenario) -> float:
    """Run at the plan's pace, but no faster than lets the reserve last to the line."""
    target = scenario.distance / 239.99
    left = 1.0 - now.x_m / scenario.distance
    has = now.reserve / scenario.runner.reserve
    return target if has >= left else target - 1.5 * (left - has)


def attempt(scenario: Scenario) -> Recording:
    """Run a scenario under the policy."""
    run = Stepper(scenario)
    while not run.done:
        run.step(spend_evenly(run.now, scenario), for_s=0.5)
    return run.recording()


if __name__ == "__main__":
    print(attempt(load_scenario("solo")))
