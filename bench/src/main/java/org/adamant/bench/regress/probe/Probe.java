package org.adamant.bench.regress.probe;

import com.sun.management.ThreadMXBean;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.net.MalformedURLException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.adamant.bench.support.Element;
import org.adamant.bench.support.StepArrays;
import org.adamant.bench.support.StepArrays.Role;

/**
 * Measures two kernels in one JVM. Each has its own class loader, and so its own compiled code and profile. Slices
 * of half a millisecond take turns, so that a slow phase of the machine hits the kernels and the other loops alike.
 *
 * <p>Writes one line per slice: element type, size, nanoseconds per element of the head kernel, the base
 * kernel, the plain loop and the traffic loop, and bytes allocated per step by the head kernel.
 */
public final class Probe {

  /** The last line of a probe that finished. */
  public static final String END = "end";

  /** Steps on small arrays, where an interpreted step takes only milliseconds. */
  private static final int WARM_UP_STEPS = 2000;

  private static final int WARM_UP_SIZE = 1000;
  private static final int WARM_UP_ROUNDS = 8;
  private static final int ROUNDS = 15;

  /** Enough for a kernel without intrinsics, which may take seconds for a round. */
  private static final int FEWEST_ROUNDS = 3;

  private static final long PATIENCE_NANOS = 6_000_000_000L;

  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private final List<Stepper> loops;
  private final List<Integer> turns;
  private final PrintStream out;

  private Probe(List<Stepper> loops, List<Integer> turns, PrintStream out) {
    this.loops = loops;
    this.turns = turns;
    this.out = out;
  }

  /**
   * Measures.
   *
   * @param args the head kernel, the base kernel, which of the two is compiled first ("head" or "base"),
   *     and the sizes
   * @throws ReflectiveOperationException if a kernel lacks what the loops call
   * @throws MalformedURLException if a path is not valid
   */
  public static void main(String[] args)
      throws ReflectiveOperationException, MalformedURLException {
    final KernelLoader head = new KernelLoader(Path.of(args[0]));
    final KernelLoader base = new KernelLoader(Path.of(args[1]));
    final List<Stepper> loops =
        List.of(
            head.stepper(KernelStepper.class),
            base.stepper(KernelStepper.class),
            head.stepper(PlainStepper.class),
            head.stepper(TrafficStepper.class));
    final List<Integer> turns =
        args[2].equals("head") ? List.of(0, 1, 2, 3) : List.of(1, 0, 2, 3);
    System.out.println("bits " + loops.get(0).laneBits() + " " + loops.get(1).laneBits());
    final Probe probe = new Probe(loops, turns, System.out);
    probe.warmUp();
    probe.measure(List.of(args).subList(3, args.length).stream().map(Integer::valueOf).toList());
    System.out.println(END);
  }

  private void warmUp() {
    for (Element element : Element.values()) {
      final Case c = new Case(element, WARM_UP_SIZE);
      for (int turn : turns) {
        c.reset();
        c.run(loops.get(turn), WARM_UP_STEPS);
      }
    }
  }

  private void measure(List<Integer> sizes) {
    final List<Case> cases = new ArrayList<>();
    for (int size : sizes) {
      for (Element element : Element.values()) {
        cases.add(new Case(element, size));
      }
    }
    final long start = System.nanoTime();
    for (int round = -WARM_UP_ROUNDS; round < ROUNDS; round++) {
      final boolean isLate = System.nanoTime() - start > PATIENCE_NANOS;
      if (isLate && round < -1) {
        round = -1;
      } else if (isLate && round >= FEWEST_ROUNDS) {
        return;
      }
      for (Case c : cases) {
        final String line = slices(c, round);
        if (round >= 0) {
          out.println(c.arrays.element() + " " + c.arrays.length() + line);
        }
      }
    }
  }

  /** One slice of every loop; another loop is first in each round. */
  private String slices(Case c, int round) {
    final int steps = c.stepsPerSlice();
    final double[] nanos = new double[loops.size()];
    double bytes = 0;
    for (int i = 0; i < nanos.length; i++) {
      final int turn = turns.get(Math.floorMod(i + round, nanos.length));
      c.reset();
      // What a loop prepares before its first step is not timed.
      c.run(loops.get(turn), 0);
      final long bytesBefore = threads.getCurrentThreadAllocatedBytes();
      final long start = System.nanoTime();
      c.run(loops.get(turn), steps);
      nanos[turn] = (double) (System.nanoTime() - start) / steps / c.arrays.length();
      if (turn == 0) {
        bytes = (double) (threads.getCurrentThreadAllocatedBytes() - bytesBefore) / steps;
      }
    }
    final StringBuilder line = new StringBuilder();
    for (double time : nanos) {
      line.append(' ').append(time);
    }
    return line.append(' ').append(bytes).toString();
  }

  /**
   * One element type and size. All loops use the same arrays, so that none has better addresses, and start from the
   * same values.
   */
  private static final class Case {
    /** The bytes of one array in a measured slice: about half a millisecond. */
    private static final int SLICE = 1 << 22;
    private static final Role[] FOUR =
        {Role.PARAMS, Role.GRADS, Role.FIRST_MOMENT, Role.SECOND_MOMENT};

    private final StepArrays arrays;
    private final Object[] first;

    Case(Element element, int size) {
      arrays = new StepArrays(element, size);
      first = arrays.copies();
    }

    int stepsPerSlice() {
      return Math.max(1, SLICE / arrays.element().bytes() / arrays.length());
    }

    void reset() {
      arrays.restore(first, FOUR);
    }

    /** Runs a loop without lambdas, whose allocations would count as those of a step. */
    void run(Stepper loop, int count) {
      if (arrays.element() == Element.FLOAT) {
        loop.run(
            count, arrays.floats(FOUR[0]), arrays.floats(FOUR[1]), arrays.floats(FOUR[2]),
            arrays.floats(FOUR[3]));
      } else {
        loop.run(
            count, arrays.doubles(FOUR[0]), arrays.doubles(FOUR[1]), arrays.doubles(FOUR[2]),
            arrays.doubles(FOUR[3]));
      }
    }
  }
}
