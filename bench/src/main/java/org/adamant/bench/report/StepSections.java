package org.adamant.bench.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.adamant.bench.jmh.StepStorage;
import org.adamant.bench.jmh.StepVariant;
import org.adamant.bench.page.Chart;
import org.adamant.bench.page.HtmlPage.Item;
import org.adamant.bench.page.Line;
import org.adamant.bench.page.Numbers;
import org.adamant.bench.page.Section;
import org.adamant.bench.results.Contestant;
import org.adamant.bench.results.StepTime;
import org.adamant.bench.results.StepTime.Benchmark;
import org.adamant.bench.support.Element;

/** The results of one run of the JMH benchmarks, for a page and for the terminal. */
public final class StepSections {

  private static final int LARGEST_OVERHEAD_SIZE = 64;

  private static final String BYTES = "bytes (limit)";

  private final List<StepTime> times;

  private StepSections(List<StepTime> times) {
    this.times = times;
  }

  /**
   * All sections that have something to show.
   *
   * @param preferred the name of the lane width that the chooser picks, empty if it is not known
   */
  public static List<Section> of(List<StepTime> times, String preferred) {
    final StepSections sections = new StepSections(times);
    return Stream.of(
        widths(times, preferred),
        sections.overhead(),
        sections.variants(),
        sections.storages(),
        sections.threads(),
        sections.firstStep())
        .flatMap(Optional::stream)
        .toList();
  }

  private static Optional<Section> widths(List<StepTime> times, String preferred) {
    final List<Lanes> all = Lanes.of(times, preferred);
    if (all.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new Section(
            "Lane widths",
            List.of(
                "The time of a step per element, for every lane width, over the size of the arrays. The"
                    + " traffic limit is a loop that only moves the bytes of a step: where a line touches"
                    + " it, memory is the limit and not arithmetic. Called slower is what was slower in"
                    + " each of three rounds or more, by 2 % or more; what was so in some rounds only is"
                    + " undecided.",
                "A narrow width is slower because it takes more instructions for the same elements: half"
                    + " the width, twice as many. Where memory is the limit, that costs nothing."),
            all.stream()
                .flatMap(lanes -> lanes.warnings().stream())
                .map(warning -> new Item("fails", "", warning))
                .toList(),
            all.stream().map(Lanes::chart).filter(chart -> !chart.lines().isEmpty()).toList(),
            all.stream().flatMap(lanes -> Stream.of(lanes.times(), lanes.verdicts())).toList()));
  }

  private Stream<StepTime> of(Benchmark benchmark) {
    return times.stream().filter(t -> t.benchmark() == benchmark && !t.allocates());
  }

  private List<Item> rejected(Benchmark benchmark, Predicate<StepTime> isShown) {
    return times.stream()
        .filter(t -> t.benchmark() == benchmark && t.allocates())
        .filter(isShown)
        .map(t -> row(t) + ", " + t.variantLabel() + ", " + t.threads() + " threads: not measured.")
        .distinct()
        .map(text -> new Item("fails", "",
            text + " It allocated: the JIT was not done with the loop."))
        .toList();
  }

  private static String row(StepTime t) {
    return t.element() + ", " + Numbers.plain(t.size());
  }

  private Optional<Section> overhead() {
    final Pivot nanos = new Pivot();
    of(Benchmark.STEP)
        .filter(t -> t.size() <= LARGEST_OVERHEAD_SIZE && !t.contestant().isLimit())
        .forEach(t -> nanos.put(row(t), t.label(), t.nanoseconds()));
    return section(
        nanos,
        "Calling overhead",
        "What a call costs for very short arrays, checks of its arguments included: nanoseconds per"
            + " call, and in parentheses how many more than the plain loop takes.",
        "ns per call (more than the plain loop), by elements");
  }

  private static Optional<Section> section(
      Pivot values, String title, String text, String caption) {
    return values.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Section(
                title,
                List.of(text),
                List.of(),
                List.of(),
                List.of(
                    values.table(
                        caption, "elements", (row, column) -> difference(values, row, column)))));
  }

  private static String difference(Pivot values, String row, String column) {
    final double here = values.get(row, column).orElseThrow();
    final OptionalDouble plain = values.get(row, Contestant.PLAIN.label());
    if (column.equals(Contestant.PLAIN.label()) || plain.isEmpty()) {
      return Numbers.fixed(here, 1);
    }
    final double more = here - plain.getAsDouble();
    return Numbers.fixed(here, 1) + " (" + (more < 0 ? "" : "+") + Numbers.fixed(more, 1) + ")";
  }

  /** Variants on one thread, with the preferred kernel. */
  private Optional<Section> variants() {
    final Predicate<StepTime> isShown = t -> t.threads() == 1 && isPreferredOrLoop(t);
    if (of(Benchmark.VARIANT).filter(isShown).map(StepTime::variant).distinct().count() < 2) {
      return Optional.empty();
    }
    final Pivot nanos = new Pivot();
    of(Benchmark.VARIANT)
        .filter(isShown)
        .forEach(
            t -> nanos.put(
                switch (t.contestant()) {
                  case KERNEL -> t.variantLabel();
                  case TRAFFIC -> "traffic limit, " + (hasFifth(t) ? "five" : "four") + " arrays";
                  default -> t.label();
                },
                row(t),
                t.nanosPerElement()));
    return Optional.of(
        new Section(
            "Variants",
            List.of(
                "Every variant is part of the one pass. Nanoseconds per element with the preferred"
                    + " kernel, and in parentheses the ratio to the basic step. Beside them the plain"
                    + " loop of the basic step, and the traffic of the four arrays of most variants, and of five."),
            rejected(Benchmark.VARIANT, isShown),
            List.of(),
            List.of(
                nanos.table(
                    "ns per element (ratio to the basic step), by elements per array",
                    "variant",
                    (row, column) -> ratio(nanos, row, column, "basic")))));
  }

  private static boolean hasFifth(StepTime t) {
    return Stream.of(StepVariant.values())
        .anyMatch(variant -> variant.name().equals(t.variant()) && variant.hasFifth());
  }

  private static boolean isPreferredOrLoop(StepTime t) {
    return t.width().isEmpty() || t.width().equals(StepTime.PREFERRED);
  }

  private static String ratio(Pivot values, String row, String column, String reference) {
    final double here = values.get(row, column).orElseThrow();
    final OptionalDouble other = values.get(reference, column);
    return row.equals(reference) || other.isEmpty()
        ? Numbers.fixed(here, 3)
        : Numbers.fixed(here, 3) + " (" + Numbers.fixed(here / other.getAsDouble(), 2) + ")";
  }

  /** Storages, with the preferred kernel. */
  private Optional<Section> storages() {
    final Pivot nanos = new Pivot();
    of(Benchmark.STORAGE)
        .filter(StepSections::isPreferredOrLoop)
        .forEach(
            t -> {
              bytes(t).ifPresent(bytes -> nanos.put(t.variantLabel(), BYTES, bytes));
              nanos.put(t.variantLabel(), Numbers.plain(t.size()), t.nanosPerElement());
            });
    if (nanos.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new Section(
            "Storages",
            List.of(
                "The step on other memory than arrays and in formats of fewer bytes: nanoseconds per"
                    + " element with the preferred kernel, and in parentheses the ratio to arrays of"
                    + " floats in the same run. With the bytes that a step moves for an element stands the"
                    + " ratio where they alone are the limit."),
            rejected(Benchmark.STORAGE, StepSections::isPreferredOrLoop),
            List.of(),
            List.of(
                nanos.table(
                    "ns per element (ratio to arrays of floats), by elements per operand",
                    "storage",
                    (row, column) -> column.equals(BYTES)
                        ? limit(nanos.get(row, BYTES).orElseThrow())
                        : ratio(nanos, row, column, StepStorage.FLOAT_ARRAYS.label())))));
  }

  private static OptionalDouble bytes(StepTime t) {
    return Stream.of(StepStorage.values())
        .filter(storage -> storage.name().equals(t.variant()))
        .mapToDouble(StepStorage::bytes)
        .findFirst();
  }

  private static String limit(double bytes) {
    return Numbers.fixed(bytes, 2) + " ("
        + Numbers.fixed(bytes / StepStorage.FLOAT_ARRAYS.bytes(), 2) + ")";
  }

  /** The basic step on several threads, with the preferred kernel. */
  private Optional<Section> threads() {
    final Predicate<StepTime> isShown =
        t -> t.variant().equals(StepTime.BASIC) && isPreferredOrLoop(t);
    if (of(Benchmark.VARIANT).filter(isShown).noneMatch(t -> t.threads() > 1)) {
      return Optional.empty();
    }
    final List<Chart> charts = new ArrayList<>();
    for (Element element : Element.values()) {
      final Map<String, Pivot> lines = new TreeMap<>();
      of(Benchmark.VARIANT)
          .filter(isShown.and(t -> t.element() == element))
          .forEach(
              t -> lines
                  .computeIfAbsent(
                      t.contestant().label() + ", " + t.threads()
                          + (t.threads() == 1 ? " thread" : " threads"),
                      _ -> new Pivot())
                  .put(String.valueOf(t.size()), "", t.nanosPerElement()));
      if (!lines.isEmpty()) {
        charts.add(
            new Chart(
                "Threads, " + element,
                "elements",
                "ns per element",
                true,
                true,
                lines.entrySet().stream().map(e -> line(e.getKey(), e.getValue())).toList()));
      }
    }
    return Optional.of(
        new Section(
            "Threads",
            List.of(
                "One step over one array on several threads; the loops that it is compared with do the"
                    + " same work in equal parts."),
            rejected(Benchmark.VARIANT, isShown),
            charts,
            List.of()));
  }

  private static Line line(String name, Pivot values) {
    final double[] sizes =
        values.rows().stream().mapToDouble(Double::parseDouble).sorted().toArray();
    final double[] nanos = new double[sizes.length];
    Arrays.setAll(
        nanos, i -> values.get(String.valueOf((int) sizes[i]), "").orElseThrow());
    return new Line(name, sizes, nanos);
  }

  private Optional<Section> firstStep() {
    final Pivot millis = new Pivot();
    final Pivot memory = new Pivot();
    of(Benchmark.FIRST_STEP)
        .forEach(
            t -> {
              millis.put(row(t), t.label(), t.nanoseconds() * 1e-6);
              if (!Double.isNaN(t.mebibytes())) {
                memory.put(row(t), t.label(), t.mebibytes());
              }
            });
    return section(
        millis,
        "First step and memory",
        "The first step of a fresh JVM, when nothing is compiled yet and the kernel has to be found, and"
            + " the peak of the JVM's memory (all pools, the arrays included) in it. In parentheses, how"
            + " much more than with the plain loop.",
        "First step: ms (more than the plain loop), by elements per array")
        .map(
            time -> new Section(
                time.title(),
                time.paragraphs(),
                List.of(),
                List.of(),
                memory.isEmpty()
                    ? time.tables()
                    : List.of(
                        time.tables().getFirst(),
                        memory.table(
                            "Peak memory: MiB (more than the plain loop), by elements per array",
                            "elements",
                            (row, column) -> difference(memory, row, column)))));
  }
}
