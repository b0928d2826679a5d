package org.adamant.bench.regress;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import org.adamant.bench.regress.Fork.Sample;
import org.adamant.bench.results.Accepted;
import org.adamant.bench.results.Accepted.What;
import org.adamant.bench.results.Estimate;
import org.adamant.bench.results.GateRun;
import org.adamant.bench.results.Spread;
import org.adamant.bench.support.Widths;

/**
 * Decides from the measurements of some forks. Its alarms are only about what is stable on a noisy machine:
 *
 * <ul>
 *   <li>a step that allocates;
 *   <li>a narrower path than the base's, or the baseline's on the same machine;
 *   <li>a case whose time relative to the base kernel's, measured in turns in the same JVM, has its whole interval
 *   above the threshold;
 *   <li>a case whose times relative to the plain loop's and to the traffic loop's are both that far above the
 *   baseline's. Two loops are used, so that a lucky fast loop does not look like a slow kernel. This finds
 *   slowdowns that came in steps too small for one comparison.
 * </ul>
 *
 * @param threshold the tolerated slowdown against the base, as a share: 0.04
 * @param hasBase whether there is a base kernel other than the head
 * @param baseline a former result on the same machine
 * @param sinceBase jumps that were accepted after the base
 * @param sinceBaseline jumps that were accepted after the baseline
 */
record Gate(
    double threshold,
    boolean hasBase,
    Optional<GateRun> baseline,
    List<Accepted> sinceBase,
    List<Accepted> sinceBaseline) {

  /** The tolerated slowdown against the baseline, which was measured at another time. */
  static final double BASELINE_THRESHOLD = 0.1;

  /** If the interval reaches further to either side, a slowdown of 10 % may be missed. */
  private static final double WIDEST_INTERVAL = 1.1;

  /** How many forks must agree on what needs no statistics. */
  private static final int FORKS_THAT_AGREE = 3;

  /** Fewer bytes per step are allocated by the measurement itself. */
  private static final double LEAST_ALLOCATION = 1;

  /** The result of the gate. */
  enum Status {
    PASS,
    SLOWER,
    UNMEASURABLE;

    /** The exit status. */
    int code() {
      return ordinal();
    }
  }

  /**
   * A decision.
   *
   * @param alarms reasons not to pass
   * @param notes other things worth knowing
   */
  record Verdict(
      Status status, List<String> alarms, List<String> notes, List<GateRun.Case> cases) {}

  /** Whether these forks agree on a narrower path or on an allocation, so that no more are needed. */
  boolean isCertain(List<Fork> forks) {
    return forks.size() >= FORKS_THAT_AGREE
        && (forks.stream().allMatch(this::hasNarrowerPath)
            || caseNames(forks).stream()
                .anyMatch(
                    name -> !isAccepted(What.ALLOCATION, name)
                        && samples(forks, name).stream()
                            .allMatch(s -> s.bytes() >= LEAST_ALLOCATION)));
  }

  /** Whether a slowdown of the threshold is neither shown nor excluded, so that more forks help. */
  boolean isUndecided(List<Fork> forks) {
    return hasBase
        && caseNames(forks).stream()
            .anyMatch(
                name -> Estimate.of(values(forks, name, Sample::toBase)).includes(baseLimit(name)));
  }

  Verdict decide(List<Fork> forks) {
    final List<String> alarms = new ArrayList<>();
    final List<String> notes = new ArrayList<>();
    final List<GateRun.Case> cases =
        caseNames(forks).stream().map(name -> summary(forks, name)).toList();
    checkPath(forks, alarms);
    for (GateRun.Case c : cases) {
      checkAllocation(forks, c, alarms);
      checkBase(forks, c, alarms, notes);
      checkBaseline(forks, c, alarms, notes);
    }
    if (!alarms.isEmpty()) {
      return new Verdict(Status.SLOWER, alarms, notes, cases);
    }
    final List<String> gaps = gaps(forks, cases);
    notes.addAll(gaps);
    return new Verdict(
        gaps.isEmpty() ? Status.PASS : Status.UNMEASURABLE, alarms, notes, cases);
  }

  /** Why the absence of an alarm means nothing; what was not compared must not pass. */
  private List<String> gaps(List<Fork> forks, List<GateRun.Case> cases) {
    if (forks.size() < Estimate.FEWEST) {
      return List.of(
          forks.size() + " JVMs gave a result; expected at least " + Estimate.FEWEST);
    }
    if (!hasBase && baseline.isEmpty()) {
      return List.of(
          "nothing to compare the time with: neither a base nor a baseline of this machine");
    }
    final List<String> gaps = new ArrayList<>();
    for (GateRun.Case c : cases) {
      final int measured = samples(forks, c.name()).size();
      if (measured < Estimate.FEWEST) {
        gaps.add(
            c.name() + ": measured by " + measured + " JVMs; expected at least " + Estimate.FEWEST);
      } else if (!hasBase && baseline.flatMap(result -> result.find(c.name())).isEmpty()) {
        gaps.add(
            c.name() + ": not compared, as the baseline of this machine does not have it; add it by"
                + " --save-baseline");
      } else if (hasBase
          && c.toBase().high() / c.toBase().low() > WIDEST_INTERVAL * WIDEST_INTERVAL) {
        gaps.add(c.name() + ": too noisy to see 10 %: " + text(c.toBase()) + " than the base");
      }
    }
    return gaps;
  }

  private void checkPath(List<Fork> forks, List<String> alarms) {
    final Optional<Fork> narrower = forks.stream().filter(this::hasNarrowerPath).findFirst();
    narrower.ifPresent(
        fork -> alarms.add(
            "the kernel takes the path "
                + path(fork.headBits())
                + ", narrower than "
                + path(expectedBits(fork))
                + " before"));
  }

  private boolean hasNarrowerPath(Fork fork) {
    return fork.headBits() < expectedBits(fork);
  }

  /** The widest path so far, unless a narrower one was accepted. */
  private int expectedBits(Fork fork) {
    final int base = !hasBase || covers(sinceBase, What.PATH, "all") ? 0 : fork.baseBits();
    final int before =
        covers(sinceBaseline, What.PATH, "all") ? 0 : baseline.map(GateRun::laneBits).orElse(0);
    return Math.max(base, before);
  }

  private void checkAllocation(List<Fork> forks, GateRun.Case c, List<String> alarms) {
    final List<Sample> samples = samples(forks, c.name());
    final long allocating = samples.stream().filter(s -> s.bytes() >= LEAST_ALLOCATION).count();
    if (allocating >= Math.max(FORKS_THAT_AGREE, samples.size() / 4)
        && !isAccepted(What.ALLOCATION, c.name())) {
      alarms.add(
          String.format(
              Locale.ROOT,
              "%s: a step allocates %,.0f bytes in %d of %d forks and takes %.1f times as long as the"
                  + " plain loop; expected none. Has an operation of the Vector API lost its intrinsic?",
              c.name(),
              samples.stream().mapToDouble(Sample::bytes).max().orElseThrow(),
              allocating,
              samples.size(),
              c.toPlain().ratio()));
    }
  }

  private void checkBase(
      List<Fork> forks, GateRun.Case c, List<String> alarms, List<String> notes) {
    if (!hasBase) {
      return;
    }
    final double limit = baseLimit(c.name());
    final double[] ratios = values(forks, c.name(), Sample::toBase);
    final String found = c.name() + ": " + text(c.toBase()) + " than the base";
    if (c.toBase().isAbove(limit)) {
      alarms.add(
          String.format(
              Locale.ROOT,
              "%s; by more than %.1f %% with %.2f %% confidence",
              found,
              100 * (limit - 1),
              // Never 100, however it is rounded.
              Math.min(99.99, 100 * Estimate.confidenceAbove(ratios, limit))));
    } else if (c.toBase().includes(limit)) {
      notes.add(found + "; not sure to be more than " + percent(limit));
    }
  }

  private void checkBaseline(
      List<Fork> forks, GateRun.Case c, List<String> alarms, List<String> notes) {
    final Optional<GateRun.Case> before = baseline.flatMap(result -> result.find(c.name()));
    if (before.isEmpty()) {
      return;
    }
    final double limit = (1 + BASELINE_THRESHOLD) * factor(sinceBaseline, c.name());
    final Estimate plain = relative(forks, c.name(), Sample::toPlain, before.get().toPlain());
    final Estimate traffic = relative(forks, c.name(), Sample::toTraffic, before.get().toTraffic());
    if (plain.isAbove(limit) && traffic.isAbove(limit)) {
      alarms.add(
          c.name()
              + ": relative to the plain loop "
              + text(plain)
              + ", relative to the traffic loop "
              + text(traffic)
              + " than the baseline; the limit is "
              + percent(limit));
    } else if (plain.isAbove(limit)) {
      notes.add(
          c.name()
              + ": relative to the plain loop "
              + text(plain)
              + " than the baseline, but not relative to the traffic loop, "
              + text(traffic));
    }
  }

  private static Estimate relative(
      List<Fork> forks, String name, ToDoubleFunction<Sample> ratio, Estimate before) {
    return Estimate.of(values(forks, name, sample -> ratio.applyAsDouble(sample) / before.ratio()));
  }

  private GateRun.Case summary(List<Fork> forks, String name) {
    return new GateRun.Case(
        name,
        Spread.median(values(forks, name, Sample::nanos)),
        Spread.median(values(forks, name, Sample::bytes)),
        hasBase ? Estimate.of(values(forks, name, Sample::toBase)) : null,
        Estimate.of(values(forks, name, Sample::toPlain)),
        Estimate.of(values(forks, name, Sample::toTraffic)));
  }

  private double baseLimit(String name) {
    return (1 + threshold) * factor(sinceBase, name);
  }

  private boolean isAccepted(What what, String name) {
    return covers(sinceBase, what, name) || covers(sinceBaseline, what, name);
  }

  private static boolean covers(List<Accepted> accepted, What what, String name) {
    return accepted.stream().anyMatch(jump -> jump.covers(what, name));
  }

  private static double factor(List<Accepted> accepted, String name) {
    return accepted.stream()
        .filter(jump -> jump.covers(What.TIME, name))
        .mapToDouble(Accepted::factor)
        .reduce(1, (a, b) -> a * b);
  }

  private static Set<String> caseNames(List<Fork> forks) {
    final Set<String> names = new LinkedHashSet<>();
    forks.forEach(fork -> names.addAll(fork.samples().keySet()));
    return names;
  }

  private static List<Sample> samples(List<Fork> forks, String name) {
    return forks.stream()
        .map(fork -> fork.samples().get(name))
        .filter(sample -> sample != null)
        .toList();
  }

  private static double[] values(
      List<Fork> forks, String name, ToDoubleFunction<Sample> quantity) {
    return samples(forks, name).stream().mapToDouble(quantity).toArray();
  }

  static String path(int bits) {
    return bits == 0 ? Widths.AUTO_VECTORISED : bits + "-bit vectors";
  }

  /** Such as "10.1 % slower (99 %: 8.9 % to 11.2 %)". */
  private static String text(Estimate e) {
    final String middle =
        e.ratio() >= 1
            ? percent(e.ratio()) + " slower"
            : percent(2 - e.ratio()) + " faster";
    return e.low() == null
        ? middle
        : middle + String.format(Locale.ROOT, " (99 %%: %s)", interval(e));
  }

  /** Such as "+8.9 % to +11.2 %". */
  static String interval(Estimate e) {
    return String.format(Locale.ROOT, "%+.1f %% to %+.1f %%", 100 * (e.low() - 1),
        100 * (e.high() - 1));
  }

  private static String percent(double ratio) {
    return String.format(Locale.ROOT, "%.1f %%", 100 * (ratio - 1));
  }
}
