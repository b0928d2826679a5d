package org.adamant.internal.work;

import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Does a range of work in parts, on the calling thread and on threads of an executor.
 *
 * <p>Idle threads, the caller among them, take the next part. An executor that is busy, shut down, or has only the
 * calling thread slows the call but cannot deadlock it. When {@link #run} returns or throws, no part is running.
 */
public final class Parts implements Runnable {

  /** Parts per thread: enough that a thread that starts late does not delay the others. */
  private static final int PARTS_PER_THREAD = 4;

  /** Calls that must fit on the stack of a thread before it takes part: a kilobyte or more. */
  private static final int MARGIN = 64;

  /** Nanoseconds that the caller waits for other threads before it sleeps. */
  private static final long PATIENCE = 50_000;

  /** One part of the work. */
  public interface Part {
    /**
     * Does a part.
     *
     * @param from its first index
     * @param to one past its last index
     */
    void run(long from, long to);
  }

  private final long length;
  private final long partLength;
  private final boolean writes;
  private final Part part;
  private final Thread caller = Thread.currentThread();
  private final AtomicLong next = new AtomicLong();

  /** Threads other than the caller that may be doing a part. */
  private final AtomicInteger others = new AtomicInteger();

  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

  private Parts(long length, long partLength, boolean writes, Part part) {
    this.length = length;
    this.partLength = partLength;
    this.writes = writes;
    this.part = part;
  }

  /**
   * Runs the parts of {@code 0 <= i < length}.
   *
   * @param length the size of the work
   * @param smallest the smallest part worth handing to another thread
   * @param threads the largest number of threads, the caller included
   * @param executor where the other threads come from; if it throws before any part has begun, that comes
   *     out and no part is run. What it rejects, the calling thread does. Null where the caller is the only thread
   * @param writes whether a part writes, for the messages
   * @param part what to do with a part
   * @throws IllegalStateException if a part failed, or the executor did after parts had begun; with the cause
   */
  public static void run(
      long length, long smallest, int threads, @Nullable Executor executor, boolean writes,
      Part part) {
    final long worthwhile = Math.min(length / smallest, (long) threads * PARTS_PER_THREAD);
    if (threads == 1 || worthwhile < 2) {
      part.run(0, length);
      return;
    }
    final long partLength = Math.ceilDiv(length, worthwhile);
    final int parts = Math.toIntExact(Math.ceilDiv(length, partLength));
    new Parts(length, partLength, writes, part).start(Math.min(threads, parts), executor);
  }

  private void start(int threads, @Nullable Executor executor) {
    reserve(MARGIN);
    Throwable executorFailure = null;
    try {
      for (int i = 1; executor != null && i < threads; i++) {
        executor.execute(this);
      }
    } catch (RejectedExecutionException e) {
      // The caller does what no other thread takes.
    } catch (Throwable e) {
      // Any throwable, as Kotlin, Scala and Groovy throw checked exceptions that are not declared.
      if (next.compareAndSet(0, length)) {
        // No part has begun, and a thread that starts now finds nothing to do.
        throw Parts.<RuntimeException>asItIs(e);
      }
      executorFailure = e;
    }
    Throwable uncaught = null;
    try {
      work();
    } catch (Throwable e) {
      // If stack or memory run out, even recording a failure can fail.
      uncaught = e;
    }
    awaitOthers();
    if (uncaught != null || failure.get() != null) {
      throw failed("a part failed on one of the threads", "the arrays are partly updated",
          uncaught != null ? uncaught : failure.get(), executorFailure);
    }
    if (executorFailure != null) {
      throw failed("the executor failed when some parts had begun",
          "all of them were done nevertheless, and the arrays are updated", executorFailure, null);
    }
  }

  /** Lets a method throw what it does not declare. */
  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  private static <T extends Throwable> T asItIs(Throwable thrown) throws T {
    throw (T) thrown;
  }

  private IllegalStateException failed(
      String what, String consequence, @Nullable Throwable cause, @Nullable Throwable further) {
    final IllegalStateException thrown =
        new IllegalStateException(
            what + "; " + (writes ? consequence : "nothing was changed"), cause);
    if (further != null) {
      thrown.addSuppressed(further);
    }
    return thrown;
  }

  /** Waits until no part is running, and lets no other part begin. */
  private void awaitOthers() {
    // At most one part per thread is left, which takes less time than waking a parked thread.
    final long patience = System.nanoTime() + PATIENCE;
    boolean isInterrupted = false;
    boolean isDone = false;
    while (!isDone) {
      try {
        if (next.get() < length) {
          next.set(length);
        }
        isDone = others.get() == 0;
        if (!isDone && System.nanoTime() - patience < 0) {
          Thread.onSpinWait();
        } else if (!isDone) {
          // The caller must not get its arrays back while parts are written, so an interrupt has to wait.
          LockSupport.park(this);
          isInterrupted |= Thread.interrupted();
        }
      } catch (StackOverflowError e) {
        // There was enough stack when the method began, so try again.
      }
    }
    if (isInterrupted) {
      caller.interrupt();
    }
  }

  /** The task of the executor, which may run it on any thread, any number of times, and however late. */
  @Override
  public void run() {
    if (Thread.currentThread() == caller) {
      work();
      return;
    }
    reserve(MARGIN);
    // The thread counts itself before it looks for work, so that the caller waits for every thread that finds some.
    others.incrementAndGet();
    try {
      work();
    } finally {
      if (others.decrementAndGet() == 0) {
        LockSupport.unpark(caller);
      }
    }
  }

  /**
   * Overflows now, before anything has begun, where there is too little stack to wait for other threads later, or to
   * tell the caller that this one is done.
   */
  private int reserve(int calls) {
    return calls == 0 ? others.get() : reserve(calls - 1);
  }

  /** Does parts until none is left. */
  private void work() {
    for (long from; (from = next.getAndAdd(partLength)) < length;) {
      try {
        part.run(from, Math.min(length, from + partLength));
      } catch (Throwable e) {
        // The JVM throws some exceptions as the same object each time, which cannot suppress itself.
        final Throwable earlier = failure.compareAndExchange(null, e);
        if (earlier != null && earlier != e) {
          earlier.addSuppressed(e);
        }
      }
    }
  }
}
