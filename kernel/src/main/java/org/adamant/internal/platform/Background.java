package org.adamant.internal.platform;

import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * Does what takes long beside the steps of the caller: one thing after the other, in one daemon thread, which ends when
 * nothing is left. No code of the caller may run there, a logger for example: it may hold locks, or initialise classes,
 * for which the thread that steps waits.
 */
final class Background {

  private static final String THREAD = "adamant-simd";

  private static final Queue<Runnable> WAITING = new ArrayDeque<>();
  private static boolean isRunning;

  private Background() {}

  /**
   * Does something soon, and at once where no thread can be started.
   *
   * @param work what to do; it throws nothing
   */
  static void run(Runnable work) {
    try {
      synchronized (WAITING) {
        if (isRunning) {
          WAITING.add(work);
          return;
        }
        start(work);
        isRunning = true;
        return;
      }
    } catch (OutOfMemoryError e) {
      // No thread. It is not tried again and again, as the JVM prints a warning each time.
    }
    work.run();
  }

  private static void start(Runnable work) {
    // Not a lambda, as the first lambda of a program takes milliseconds to link.
    final Runnable all =
        new Runnable() {
          @Override
          public void run() {
            Runnable next = work;
            while (next != null) {
              next.run();
              next = next();
            }
          }
        };
    final Thread thread = new Thread(null, all, THREAD, 0, false);
    thread.setDaemon(true);
    thread.start();
  }

  private static @Nullable Runnable next() {
    synchronized (WAITING) {
      final Runnable next = WAITING.poll();
      isRunning = next != null;
      return next;
    }
  }
}
