package org.adamant.bench.jmh;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.adamant.Adam;
import org.adamant.AdamKernel;
import org.adamant.AdamSlice;
import org.adamant.AdamStep;
import org.adamant.LaneWidth;
import org.adamant.bench.support.Element;
import org.adamant.bench.support.MeasuredJvm;
import org.adamant.bench.support.StepArrays;
import org.adamant.bench.support.Tool;
import org.junit.jupiter.api.Test;

/**
 * No variant and no storage allocates on any width. Vectors that the compiler does not keep in registers allocate;
 * masks of two lanes once did, 4 KB in a step. A new variant is covered if it is in the list of the benchmarks.
 *
 * <p>All cases take turns, so that kernels have to find another loop each time, which must not allocate either.
 */
class StepAllocationTest {

  /** Whole vectors of every width, and a tail. */
  private static final int LENGTH = 67;

  private static final int STEPS_PER_TURN = 20;
  private static final int QUIET_TURNS = 5;

  /** Five to ten times as many as it takes. */
  private static final int MOST_TURNS = 1000;

  private static final int PATIENCE_SECONDS = 600;
  private static final String END = "that is all";
  private static final ThreadMXBean THREADS =
      (ThreadMXBean) ManagementFactory.getThreadMXBean();

  /** Steps of one kind, including the flush of tiny moments. */
  private static final class Case {
    private final String name;
    private final AdamKernel kernel;
    private final AdamStep[] steps;
    private final AdamSlice slice;
    private int next;
    private int quietTurns;
    private double bytes;

    Case(String name, LaneWidth width, AdamSlice slice, AdamStep... steps) {
      this.name = name + " at " + width;
      this.kernel = AdamKernel.of(width);
      this.slice = slice;
      this.steps = steps;
    }

    /** Takes a turn; returns whether the last ones allocated nothing. */
    boolean isQuiet() {
      final long before = THREADS.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < STEPS_PER_TURN; i++) {
        kernel.step(steps[next++ % steps.length], slice);
      }
      bytes =
          (double) (THREADS.getCurrentThreadAllocatedBytes() - before) / STEPS_PER_TURN;
      quietTurns = bytes < 1 ? quietTurns + 1 : 0;
      return quietTurns >= QUIET_TURNS;
    }

    @Override
    public String toString() {
      return name + ": " + bytes + " bytes";
    }
  }

  private static List<Case> cases() {
    final List<Case> cases = new ArrayList<>();
    for (LaneWidth width : LaneWidth.supported()) {
      for (StepVariant variant : StepVariant.values()) {
        for (Element element : Element.values()) {
          final StepArrays arrays = new StepArrays(element, LENGTH, 0, 0, 1, variant.hasFifth());
          cases.add(
              new Case(
                  variant + " in " + element, width, variant.slice(arrays), variant.step(63),
                  variant.step(64)));
        }
      }
      for (StepStorage storage : StepStorage.values()) {
        cases.add(
            new Case(
                storage.toString(), width, storage.slice(storage.operands(LENGTH)),
                Adam.defaults().atStep(63), Adam.defaults().atStep(64)));
      }
    }
    return cases;
  }

  @Test
  void nothingAllocatesOnAnyWidth() throws IOException {
    final List<String> stillAllocating =
        Tool.run(
            Path.of("").toAbsolutePath(),
            PATIENCE_SECONDS,
            // In the foreground: after how many steps a loop is compiled does not depend on what else the machine does.
            MeasuredJvm.command(List.of("-Xbatch"), StepAllocationTest.class, List.of()));
    assertThat(stillAllocating).containsExactly(END);
  }

  /** Prints what still allocates for each step after many. */
  public static void main(String[] args) {
    final List<Case> cases = cases();
    for (int turn = 0; turn < MOST_TURNS && !cases.isEmpty(); turn++) {
      cases.removeIf(Case::isQuiet);
    }
    cases.forEach(System.out::println);
    System.out.println(END);
  }
}
