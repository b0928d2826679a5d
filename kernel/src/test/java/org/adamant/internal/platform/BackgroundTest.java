package org.adamant.internal.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class BackgroundTest {

  private static final int MANY = 100;
  private static final long PATIENCE_SECONDS = 30;

  /** A program with many variants must not start as many threads. */
  @Test
  void oneDaemonThreadDoesEverythingInOrderAndEnds() throws InterruptedException {
    final List<Integer> done = new CopyOnWriteArrayList<>();
    final List<Thread> threads = new CopyOnWriteArrayList<>();
    final CountDownLatch all = new CountDownLatch(MANY);
    final CompletableFuture<Void> asked = new CompletableFuture<>();
    for (int i = 0; i < MANY; i++) {
      final int number = i;
      Background.run(
          () -> {
            asked.join();
            done.add(number);
            threads.add(Thread.currentThread());
            all.countDown();
          });
    }
    assertThat(done).as("nothing is done by the caller").isEmpty();
    asked.complete(null);
    assertThat(all.await(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
    assertThat(done).hasSize(MANY).isSorted();
    final Thread thread = threads.getFirst();
    assertThat(threads).containsOnly(thread);
    assertThat(thread.isDaemon()).isTrue();
    assertThat(thread.getName()).isEqualTo("adamant-simd");
    thread.join(TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS));
    assertThat(thread.isAlive()).isFalse();
    final CountDownLatch again = new CountDownLatch(1);
    Background.run(again::countDown);
    assertThat(again.await(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
  }
}
