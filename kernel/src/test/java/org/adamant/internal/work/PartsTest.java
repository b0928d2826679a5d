package org.adamant.internal.work;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.adamant.internal.work.Parts.Part;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Work in parts: which thread does which, and that all is done when the call returns or throws. */
class PartsTest {

  /** The elements of a part. */
  record Range(long from, long to) {}

  /** The parts in the order in which one thread does them. */
  private static List<Range> parts(long length, long smallest, int threads) {
    final List<Range> parts = new ArrayList<>();
    Parts.run(
        length, smallest, threads, Runnable::run, true,
        (from, to) -> parts.add(new Range(from, to)));
    return parts;
  }

  @Test
  void thereAreFourPartsForEveryThreadIfEachIsWorthwhile() {
    assertThat(parts(16, 1, 2))
        .containsExactly(
            new Range(0, 2),
            new Range(2, 4),
            new Range(4, 6),
            new Range(6, 8),
            new Range(8, 10),
            new Range(10, 12),
            new Range(12, 14),
            new Range(14, 16));
    assertThat(parts(24, 8, 2))
        .containsExactly(new Range(0, 8), new Range(8, 16), new Range(16, 24));
    assertThat(parts(16, 8, 2)).containsExactly(new Range(0, 8), new Range(8, 16));
    assertThat(parts(15, 8, 2)).containsExactly(new Range(0, 15));
    assertThat(parts(16, 1, 1)).containsExactly(new Range(0, 16));
  }

  @ParameterizedTest
  @CsvSource({"17, 1, 2", "1000, 7, 3", "9, 1, 7", "5000000000, 8192, 2"})
  void everyElementIsInExactlyOnePart(long length, long smallest, int threads) {
    long end = 0;
    for (Range part : parts(length, smallest, threads)) {
      assertThat(part.from).isEqualTo(end);
      assertThat(part.to).isGreaterThan(end);
      end = part.to;
    }
    assertThat(end).isEqualTo(length);
  }

  @Test
  void noMoreThreadsAreAskedForThanThereAreParts() {
    final AtomicInteger asked = new AtomicInteger();
    Parts.run(3, 1, 100, _ -> asked.incrementAndGet(), true, (_, _) -> {});
    assertThat(asked).hasValue(2);
  }

  @Test
  void theCallerDoesWhatABusyExecutorDoesNot() {
    final List<Range> done = new ArrayList<>();
    final Queue<Runnable> later = new ArrayDeque<>();
    Parts.run(8, 1, 2, later::add, true, (from, to) -> done.add(new Range(from, to)));
    assertThat(done).hasSize(8);
    // What comes too late finds nothing to do.
    later.forEach(Runnable::run);
    assertThat(done).hasSize(8);
  }

  @Test
  void theCallerDoesWhatAnExecutorRejects() {
    final List<Range> done = new ArrayList<>();
    Parts.run(
        8,
        1,
        2,
        _ -> {
          throw new RejectedExecutionException();
        },
        true,
        (from, to) -> done.add(new Range(from, to)));
    assertThat(done).hasSize(8);
  }

  private static final Error NO_THREAD = new OutOfMemoryError("unable to create native thread");

  /** An executor that fails at the call of this number, and until then has the work done by another. */
  private static Executor failingAt(int call, Executor executor) {
    final AtomicInteger calls = new AtomicInteger();
    return command -> {
      if (calls.incrementAndGet() == call) {
        throw NO_THREAD;
      }
      executor.execute(command);
    };
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void anExecutorThatFailsBeforeAnythingHasBegunIsReportedWithNothingDone(int call) {
    final List<Range> done = new ArrayList<>();
    final Queue<Runnable> later = new ArrayDeque<>();
    assertThatThrownBy(
        () -> Parts.run(
            12, 1, 3, failingAt(call, later::add), true,
            (from, to) -> done.add(new Range(from, to))))
        .isSameAs(NO_THREAD);
    assertThat(later).hasSize(call - 1);
    later.forEach(Runnable::run);
    assertThat(done).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void anExecutorThatFailsLaterIsReportedAfterAllWorkIsDone(boolean writes) {
    final List<Range> done = new ArrayList<>();
    assertThatThrownBy(
        () -> Parts.run(
            12,
            1,
            3,
            failingAt(2, Runnable::run),
            writes,
            (from, to) -> done.add(new Range(from, to))))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "the executor failed when some parts had begun; "
                + (writes
                    ? "all of them were done nevertheless, and the arrays are updated"
                    : "nothing was changed"))
        .hasCause(NO_THREAD);
    assertThat(done).hasSize(12);
  }

  @Test
  void aFailureOfAPartIsNotLostToOneOfTheExecutor() {
    final RuntimeException ofPart = new IllegalArgumentException("of a part");
    assertThatThrownBy(
        () -> Parts.run(
            12,
            1,
            3,
            failingAt(2, Runnable::run),
            true,
            (_, _) -> {
              throw ofPart;
            }))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("the arrays are partly updated")
        .hasCause(ofPart)
        .hasSuppressedException(NO_THREAD);
  }

  // ---- Parts that fail. ----

  private static void runFailing(List<Throwable> failures) {
    final AtomicInteger part = new AtomicInteger();
    Parts.run(
        failures.size(),
        1,
        2,
        Runnable::run,
        true,
        (_, _) -> {
          final Throwable failure = failures.get(part.getAndIncrement());
          if (failure instanceof Error error) {
            throw error;
          } else if (failure instanceof RuntimeException exception) {
            throw exception;
          }
        });
    assertThat(part).hasValue(failures.size());
  }

  @Test
  void theFirstFailureIsTheCauseAndHasTheOthers() {
    final Exception nothing = new Exception("is not thrown");
    final RuntimeException first = new IndexOutOfBoundsException("first");
    final Error second = new StackOverflowError("second");
    final RuntimeException third = new IllegalStateException("third");
    assertThatThrownBy(() -> runFailing(List.of(nothing, first, second, nothing, third)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("the arrays are partly updated")
        .hasCause(first);
    assertThat(first.getSuppressed()).containsExactly(second, third);
  }

  @Test
  void theSameFailureAgainAndAgainIsReportedOnce() {
    final RuntimeException same = new ArrayIndexOutOfBoundsException("of compiled code");
    assertThatThrownBy(() -> runFailing(List.of(same, same, same)))
        .isInstanceOf(IllegalStateException.class)
        .hasCause(same);
    assertThat(same.getSuppressed()).isEmpty();
  }

  // ---- A part on another thread that is not done before the caller waits for it. ----

  /** Waits until a thread waits, but not for one that has gone on instead. */
  private static void awaitWaiting(Thread thread, AtomicBoolean hasReturned) {
    while (thread.getState() != Thread.State.WAITING && !hasReturned.get()) {
      Thread.yield();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void nothingIsLeftRunningAndAnInterruptionIsKept(boolean isInterrupted) {
    final Thread caller = Thread.currentThread();
    final AtomicBoolean hasReturned = new AtomicBoolean();
    final AtomicBoolean isDoneInTime = new AtomicBoolean();
    final AtomicInteger begun = new AtomicInteger();
    final Part part =
        (_, _) -> {
          // One on each thread. Not by a barrier, in which the caller would wait too.
          begun.incrementAndGet();
          while (begun.get() < 2) {
            Thread.yield();
          }
          if (Thread.currentThread() != caller) {
            awaitWaiting(caller, hasReturned);
            if (isInterrupted) {
              caller.interrupt();
              // An interrupted wait clears the flag, and is then begun again.
              while (caller.isInterrupted() && !hasReturned.get()) {
                Thread.yield();
              }
              awaitWaiting(caller, hasReturned);
            }
            isDoneInTime.set(!hasReturned.get());
          }
        };
    try (ExecutorService executor = Executors.newSingleThreadExecutor()) {
      Parts.run(2, 1, 2, executor, true, part);
      hasReturned.set(true);
      assertThat(Thread.interrupted()).as("interrupted").isEqualTo(isInterrupted);
    }
    assertThat(isDoneInTime).isTrue();
  }

  /** A checked exception that is not declared, as Kotlin, Scala and Groovy throw them. */
  private static void throwChecked() {
    PartsTest.<RuntimeException>sneak(new IOException("not declared"));
  }

  @SuppressWarnings("unchecked")
  private static <T extends Throwable> void sneak(Throwable thrown) throws T {
    throw (T) thrown;
  }

  @Test
  void aCheckedExceptionBeforeAnyPartHasBegunComesOutAsItIs() {
    assertThatThrownBy(
        () -> Parts.run(
            8, 1, 2, _ -> throwChecked(), true,
            (_, _) -> {
              throw new AssertionError("begun");
            }))
        .isExactlyInstanceOf(IOException.class)
        .hasMessage("not declared");
  }

  /** When it comes out, no thread is writing any more. */
  @Test
  void aCheckedExceptionOfTheExecutorWaitsForTheThreadThatHasBegun() throws Exception {
    try (ExecutorService pool = Executors.newSingleThreadExecutor()) {
      final CountDownLatch begun = new CountDownLatch(1);
      final AtomicInteger asked = new AtomicInteger();
      final AtomicInteger done = new AtomicInteger();
      final Executor executor =
          command -> {
            if (asked.incrementAndGet() == 1) {
              pool.execute(command);
              awaitQuietly(begun);
            } else {
              throwChecked();
            }
          };
      assertThatThrownBy(
          () -> Parts.run(
              12, 1, 3, executor, true,
              (_, _) -> {
                begun.countDown();
                sleepBriefly();
                done.incrementAndGet();
              }))
          .isExactlyInstanceOf(IllegalStateException.class)
          .hasMessageContaining("the arrays are updated")
          .hasCauseExactlyInstanceOf(IOException.class);
      assertThat(done).hasValue(12);
    }
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static void sleepBriefly() {
    try {
      Thread.sleep(5);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** Where not even a failure can be noted, the others are waited for all the same. */
  @Test
  void nobodyWritesAnyMoreWhenTheStackHasOverflown() throws Exception {
    final StackOverflows.Result result = StackOverflows.scan();
    assertThat(result.failed()).as("calls that overflowed").isEqualTo(StackOverflows.FAILURES);
    assertThat(result.late()).as("writes after the call").isZero();
  }
}
