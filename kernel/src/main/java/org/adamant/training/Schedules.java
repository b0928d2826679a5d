package org.adamant.training;

import java.util.Arrays;
import java.util.List;

/** The schedules that {@link Schedule} makes; their formulas are documented there. */
final class Schedules {

  private Schedules() {}

  /**
   * {@code to + (from - to) * weight}: exactly {@code from} where the weight is 1, exactly {@code to} where it is
   * 0, and never outside of them in spite of roundings.
   */
  static double mix(double from, double to, double weight) {
    if (weight >= 1) {
      return from;
    }
    return Math.clamp(to + (from - to) * weight, Math.min(from, to), Math.max(from, to));
  }

  /** The share of a phase that is over, from 0 to 1. */
  static double share(long done, long all) {
    return done >= all ? 1 : (double) done / all;
  }

  record Constant(double rate) implements Schedule {
    Constant {
      Arguments.requireFiniteAtLeastZero("rate", rate);
    }

    @Override
    public double at(long t) {
      Arguments.requireStep(t);
      return rate;
    }
  }

  record Linear(double from, double to, long steps) implements Schedule {
    Linear {
      Arguments.requireFiniteAtLeastZero("from", from);
      Arguments.requireFiniteAtLeastZero("to", to);
      Arguments.requireAtLeast("steps", steps, 0);
    }

    @Override
    public double at(long t) {
      return mix(to, from, share(Arguments.requireStep(t), steps));
    }
  }

  record LinearWarmup(double peak, long warmup) implements Schedule {
    LinearWarmup {
      Arguments.requireFiniteAtLeastZero("peak", peak);
      Arguments.requireAtLeast("warmup", warmup, 0);
    }

    @Override
    public double at(long t) {
      return peak * share(Arguments.requireStep(t), warmup);
    }
  }

  record WarmupCosine(double peak, double end, long warmup, long total) implements Schedule {
    WarmupCosine {
      Arguments.requireNotAbove("end", end, "peak", peak);
      Arguments.requireAtLeast("warmup", warmup, 0);
      Arguments.require(
          "total", total, total > warmup, "a whole number > warmup = " + warmup);
    }

    @Override
    public double at(long t) {
      final long s = Arguments.requireStep(t);
      return s < warmup
          ? peak * share(s, warmup)
          : mix(peak, end, DecayShape.COSINE.at(share(s - warmup, total - warmup)));
    }
  }

  record WarmupStableDecay(
      double peak, double end, long warmup, long stable, long decay, DecayShape shape)
      implements
      Schedule {
    WarmupStableDecay {
      Arguments.requireNotAbove("end", end, "peak", peak);
      Arguments.requireAtLeast("warmup", warmup, 0);
      Arguments.require(
          "stable", stable, stable >= 0 && stable <= Long.MAX_VALUE - warmup,
          "a whole number >= 0 whose sum with warmup = " + warmup + " is a long");
      Arguments.requireAtLeast("decay", decay, 1);
      Arguments.requireNonNull("shape", shape);
    }

    @Override
    public double at(long t) {
      final long s = Arguments.requireStep(t);
      if (s < warmup) {
        return mix(peak, end, share(s, warmup));
      }
      final long falling = s - warmup - stable;
      return falling < 0 ? peak : mix(peak, end, shape.at(share(falling, decay)));
    }
  }

  record Polynomial(double from, double to, double power, long begin, long steps)
      implements
      Schedule {
    Polynomial {
      Arguments.requireFiniteAtLeastZero("from", from);
      Arguments.requireFiniteAtLeastZero("to", to);
      Arguments.requirePositiveFinite("power", power);
      Arguments.requireAtLeast("begin", begin, 0);
      Arguments.requireAtLeast("steps", steps, 1);
    }

    @Override
    public double at(long t) {
      final long done = Math.max(0, Arguments.requireStep(t) - begin);
      return mix(from, to, StrictMath.pow(1 - share(done, steps), power));
    }
  }

  record InverseRoot(double peak, long warmup, long timescale) implements Schedule {
    InverseRoot {
      Arguments.requireFiniteAtLeastZero("peak", peak);
      Arguments.requireAtLeast("warmup", warmup, 0);
      Arguments.requireAtLeast("timescale", timescale, 1);
    }

    @Override
    public double at(long t) {
      final long s = Arguments.requireStep(t);
      return s < warmup
          ? peak * share(s, warmup)
          : peak / Math.sqrt(1 + (double) (s - warmup) / timescale);
    }
  }

  record Noam(double factor, long width, long warmup) implements Schedule {
    Noam {
      Arguments.requireFiniteAtLeastZero("factor", factor);
      Arguments.requireAtLeast("width", width, 1);
      Arguments.requireAtLeast("warmup", warmup, 1);
    }

    @Override
    public double at(long t) {
      Arguments.requireStep(t);
      return factor / Math.sqrt((double) width)
          * Math.min(1 / Math.sqrt((double) t), t / (warmup * Math.sqrt((double) warmup)));
    }
  }

  record Exponential(double from, double factor, long every, boolean isStaircase)
      implements
      Schedule {
    Exponential {
      Arguments.requireFiniteAtLeastZero("from", from);
      Arguments.require("factor", factor, factor > 0 && factor <= 1, "0 < factor <= 1");
      Arguments.requireAtLeast("every", every, 1);
    }

    @Override
    public double at(long t) {
      final long s = Arguments.requireStep(t);
      return from
          * StrictMath.pow(factor, isStaircase ? Math.floorDiv(s, every) : (double) s / every);
    }
  }

  /** PyTorch's one cycle: from a start to a top and on to an end, along half waves. */
  record Cycle(double start, double top, double end, double rise, long total) implements Schedule {
    @Override
    public double at(long t) {
      final long s = Arguments.requireStep(t);
      final double last = total - 1.0;
      final double turn = rise * total - 1;
      return s <= turn
          ? mix(start, top, DecayShape.COSINE.at(s / turn))
          : mix(top, end, DecayShape.COSINE.at(Math.min(1, (s - turn) / (last - turn))));
    }
  }

  record Sequence(List<Schedule> schedules, List<Long> boundaries) implements Schedule {
    static Sequence of(List<Schedule> schedules, long... boundaries) {
      Arguments.requireNonNull("boundaries", boundaries);
      Arguments.requireNonNull("schedules", schedules)
          .forEach(schedule -> Arguments.requireNonNull("a schedule", schedule));
      Arguments.require(
          "boundaries", Arrays.toString(boundaries), boundaries.length == schedules.size() - 1,
          "one fewer than the schedules, which are " + schedules.size());
      long before = 0;
      for (long boundary : boundaries) {
        Arguments.require(
            "boundaries", Arrays.toString(boundaries), boundary >= before,
            "them ascending from 0");
        before = boundary;
      }
      return new Sequence(
          List.copyOf(schedules), Arrays.stream(boundaries).boxed().toList());
    }

    @Override
    public double at(long t) {
      final long s = Arguments.requireStep(t);
      int i = boundaries.size();
      while (i > 0 && s < boundaries.get(i - 1)) {
        i--;
      }
      return schedules.get(i).at(i == 0 ? t : t - boundaries.get(i - 1));
    }
  }

  record Times(Schedule schedule, double factor) implements Schedule {
    Times {
      Arguments.requireFiniteAtLeastZero("factor", factor);
    }

    @Override
    public double at(long t) {
      Arguments.requireStep(t);
      return schedule.at(t) * factor;
    }
  }

  record Skipping(Schedule schedule, long updates) implements Schedule {
    Skipping {
      Arguments.requireAtLeast("updates", updates, 0);
    }

    @Override
    public double at(long t) {
      // A sum that overflows counts as the largest long.
      return schedule.at(
          Arguments.requireStep(t) > Long.MAX_VALUE - 1 - updates ? Long.MAX_VALUE : t + updates);
    }
  }

  /** 1 before a start, then a schedule counted from there. */
  record StartingAt(long start, Schedule schedule) implements Schedule {
    StartingAt {
      Arguments.requireAtLeast("start", start, 1);
      Arguments.requireNonNull("schedule", schedule);
    }

    @Override
    public double at(long t) {
      Arguments.requireStep(t);
      return t < start ? 1 : schedule.at(t - start + 1);
    }
  }

  record AverageWarmup(double decay) implements Schedule {
    AverageWarmup {
      AverageDecay.requireDecay(decay);
    }

    @Override
    public double at(long t) {
      Arguments.requireStep(t);
      return Math.min(decay, (1 + (double) t) / (10 + (double) t));
    }
  }

  record AverageDebiased(double decay) implements Schedule {
    AverageDebiased {
      AverageDecay.requireDecay(decay);
    }

    @Override
    public double at(long t) {
      final long s = Arguments.requireStep(t);
      if (s == 0) {
        // The average is the first parameters. The formula would give NaN for a decay of 0: 0 times its logarithm.
        return 0;
      }
      // The same fraction as d (1 - d^s) / (1 - d^t), without the cancellation in 1 minus a small difference.
      final double logarithm = StrictMath.log(decay);
      return decay * (StrictMath.expm1(s * logarithm) / StrictMath.expm1(t * logarithm));
    }
  }
}
