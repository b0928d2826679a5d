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

  /** Calls between a rehearsal and what it rehearses: a kilobyte or more. */
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

  /** Where the next part begins; the length if none is to begin any more, or yet. */
  private final AtomicLong next;

  /** Threads other than the caller that may be doing a part. */
  private final AtomicInteger others = new AtomicInteger();

  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

  private Parts(long length, long partLength, boolean writes, Part part) {
    this.length = length;
    this.next = new AtomicLong(length);
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
    rehearse(MARGIN);
    next.set(0);
    Throwable executorFailure = null;
    Throwable uncaught = null;
    boolean isUntouched = false;
    try {
      executorFailure = handOut(threads, executor);
      // If no part has begun, a thread that starts now finds nothing to do.
      isUntouched = executorFailure != null && next.compareAndSet(0, length);
      if (!isUntouched) {
        work();
      }
    } catch (Throwable e) {
      // If stack or memory run out, even recording a failure can fail.
      uncaught = e;
    }
    isUntouched |= awaitOthers(true);
    final Throwable first = executorFailure != null ? executorFailure : uncaught;
    if (isUntouched && first != null) {
      throw Parts.<RuntimeException>asItIs(first);
    }
    if (uncaught != null || failure.get() != null) {
      throw failed("a part failed on one of the threads", "the arrays are partly updated",
          uncaught != null ? uncaught : failure.get(), executorFailure);
    }
    if (executorFailure != null) {
      throw failed("the executor failed when some parts had begun",
          "all of them were done nevertheless, and the arrays are updated", executorFailure, null);
    }
  }

  /** Asks the executor for threads, and returns what it throws, unless it rejects: the caller does what no other takes. */
  private @Nullable Throwable handOut(int threads, @Nullable Executor executor) {
    try {
      for (int i = 1; executor != null && i < threads; i++) {
        executor.execute(this);
      }
      return null;
    } catch (RejectedExecutionException e) {
      return null;
    } catch (Throwable e) {
      // Any throwable, as Kotlin, Scala and Groovy throw checked exceptions that are not declared.
      return e;
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

  /**
   * Waits for nobody, further down the stack than later. Where there is too little stack to wait, it overflows here, before
   * any thread has begun. The same calls may need more of it later, as they may be compiled in between, or no longer be.
   */
  private void rehearse(int margin) {
    if (margin == 0) {
      awaitOthers(false);
    } else {
      rehearse(margin - 1);
    }
  }

  /** Waits until no part is running, and lets no other part begin; says whether none has begun at all. */
  private boolean awaitOthers(boolean isHandedOut) {
    // At most one part per thread is left, which takes less time than waking a parked thread.
    long patience = 0;
    boolean isInterrupted = false;
    boolean isUntouched = false;
    boolean isDone = false;
    while (!isDone) {
      try {
        isUntouched |= next.compareAndSet(0, length);
        if (next.get() < length) {
          next.set(length);
        }
        isDone = others.get() == 0;
        patience = patience == 0 ? System.nanoTime() + PATIENCE : patience;
        if (!isDone && System.nanoTime() - patience < 0) {
          Thread.onSpinWait();
        } else if (!isDone) {
          // The caller must not get its arrays back while parts are written, so an interrupt has to wait.
          LockSupport.park(this);
          isInterrupted |= Thread.interrupted();
        }
      } catch (StackOverflowError e) {
        // Tried again after the rehearsal, in which there was enough stack.
        if (!isHandedOut) {
          throw e;
        }
      }
    }
    if (isInterrupted) {
      caller.interrupt();
    }
    return isUntouched;
  }

  /** The task of the executor, which may run it on any thread, any number of times, and however late. */
  @Override
  public void run() {
    if (Thread.currentThread() == caller) {
      work();
      return;
    }
    // A thread with too little stack to count itself out again overflows here.
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

  private int reserve(int margin) {
    return margin == 0 ? others.get() : reserve(margin - 1);
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
