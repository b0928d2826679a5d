package org.adamant.internal.work;

import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Work in parts on what is left of a stack, again and again near its end. Where it overflows depends on what has been
 * compiled, so this is also the main class of a JVM that has done nothing else.
 */
public final class StackOverflows {

  /** How many calls are to overflow. */
  static final int FAILURES = 150;

  private final AtomicInteger written = new AtomicInteger();
  private final Helper helper = new Helper();
  private int failed;
  private int late;

  private StackOverflows() {}

  /**
   * How many calls overflowed, and after how many of them, or of others, something was still written.
   *
   * @param failed calls that overflowed
   * @param late calls after which something was written
   */
  record Result(int failed, int late) {}

  /** An executor of one thread. Unlike those of the JDK, a stack overflow cannot break it. */
  private static final class Helper extends Thread implements Executor {
    private final AtomicReference<Runnable> given = new AtomicReference<>();
    private volatile boolean isToEnd;

    @Override
    public void execute(Runnable command) {
      given.set(command);
    }

    @Override
    public void run() {
      while (!isToEnd) {
        final Runnable command = given.get();
        if (command != null) {
          command.run();
          given.compareAndSet(command, null);
        }
      }
    }

    void awaitIdle() {
      while (given.get() != null) {
        Thread.onSpinWait();
      }
    }
  }

  /** Prints the result. */
  public static void main(String[] args) throws InterruptedException {
    final Result result = scan();
    System.out.println("failed=" + result.failed);
    System.out.println("late=" + result.late);
  }

  static Result scan() throws InterruptedException {
    final StackOverflows all = new StackOverflows();
    all.helper.start();
    final Thread thread = new Thread(null, all::findTheEnd, "small stack", 256 << 10);
    thread.start();
    thread.join();
    all.helper.isToEnd = true;
    all.helper.join();
    return new Result(all.failed, all.late);
  }

  /** Stays near the end of the stack, which moves when frames become those of compiled code. */
  private void findTheEnd() {
    // So that all classes are loaded, and something is compiled.
    for (int i = 0; i < 300; i++) {
      deep(10);
    }
    for (int depth = 1, tries = 0; failed < FAILURES && tries < 5000; tries++) {
      if (overflows(depth)) {
        failed++;
        depth -= 3;
      } else {
        depth += 20;
      }
      final int before = written.get();
      helper.awaitIdle();
      if (written.get() != before) {
        late++;
      }
    }
  }

  private boolean overflows(int depth) {
    try {
      deep(depth);
      return false;
    } catch (StackOverflowError | IllegalStateException e) {
      return true;
    }
  }

  /** Calls itself, and then does the work, on what is left of the stack. */
  private void deep(int depth) {
    if (depth == 0) {
      Parts.run(100, 1, 2, helper, true, this::write);
    } else {
      deep(depth - 1);
    }
  }

  private void write(long from, long to) {
    // The helper is slow, so that whoever does not wait for it returns before it writes.
    final long patience = Thread.currentThread() == helper ? 300_000 : 20_000;
    final long begin = System.nanoTime();
    while (System.nanoTime() - begin < patience) {
      Thread.onSpinWait();
    }
    written.incrementAndGet();
  }
}
