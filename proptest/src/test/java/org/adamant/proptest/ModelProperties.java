package org.adamant.proptest;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.RejectedExecutionException;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.adamant.AdamKernel;
import org.adamant.AdamModel;
import org.adamant.AdamSlice;
import org.adamant.AdamStep;
import org.adamant.NonFinite;
import org.adamant.testkit.Bits;
import org.adamant.testkit.Elements;

/** Models of many slices: neither the number of threads nor where they come from changes a bit. */
class ModelProperties {

  private static final ForkJoinPool POOL = new ForkJoinPool(3);

  /** Sources of threads: many, one, the caller's own, or refused ones. */
  enum Threads implements Executor {
    POOLED {
      @Override
      public void execute(Runnable task) {
        POOL.execute(task);
      }
    },
    ONE_EACH {
      @Override
      public void execute(Runnable task) {
        Thread.ofVirtual().start(task);
      }
    },
    CALLER {
      @Override
      public void execute(Runnable task) {
        task.run();
      }
    },
    REFUSED {
      @Override
      public void execute(Runnable task) {
        throw new RejectedExecutionException();
      }
    }
  }

  /** Slices of both types, and the settings that step them all. */
  record ModelCase(List<StepCase> parts, Settings settings, int threads, Threads executor) {

    ModelCase {
      parts = parts.stream().map(part -> part.with(settings)).toList();
    }

    List<State> copies() {
      return parts.stream().map(part -> part.state().copy()).toList();
    }

    AdamModel model(List<State> states) {
      final List<AdamSlice> slices = new ArrayList<>();
      for (int i = 0; i < parts.size(); i++) {
        slices.add(states.get(i).slice(parts.get(i).offset(), parts.get(i).length()));
      }
      return AdamModel.of(slices);
    }

    void assertSame(String what, List<State> expected, List<State> actual) {
      for (int i = 0; i < parts.size(); i++) {
        Bits.assertSame(
            what + ", slice " + i, expected.get(i), actual.get(i), parts.get(i).state());
      }
    }

    @Override
    public String toString() {
      return "%d slices of %d elements, %s, %d threads, executor %s"
          .formatted(
              parts.size(),
              parts.stream().mapToLong(StepCase::length).sum(),
              settings,
              threads,
              executor);
    }
  }

  @Provide
  Arbitrary<ModelCase> models() {
    return Steps.cases(
        steps -> {
          final Random random = steps.random();
          // What fits floats fits doubles.
          final Settings settings = Settings.random(float.class, random);
          final List<StepCase> parts = new ArrayList<>();
          for (int i = random.nextInt(8); i > 0; i--) {
            final Steps part = steps.ofType(random.nextBoolean() ? float.class : double.class);
            // Parts handed to a thread have thousands of elements.
            final int length =
                random.nextInt(3) == 0 ? random.nextInt(25_000) : part.length();
            parts.add(part.stepCase(length, settings));
          }
          final int gradients = random.nextInt(3);
          if (gradients > 0) {
            parts.forEach(part -> makeFinite(part.state().grads(), gradients > 1, steps.numbers()));
            if (random.nextBoolean()) {
              makeOneInfinite(parts, random);
            }
          }
          return new ModelCase(
              parts,
              settings,
              1 + random.nextInt(16),
              Threads.values()[random.nextInt(Threads.values().length)]);
        });
  }

  /** Only the numbers that are not, or all: a sum of ordinary ones shows every rounding. */
  private static void makeFinite(Object array, boolean isForAll, Numbers numbers) {
    for (int i = 0; i < Array.getLength(array); i++) {
      if (isForAll || !Double.isFinite(Elements.get(array, i))) {
        Elements.set(array, i, numbers.ordinary());
      }
    }
  }

  /** One gradient of all, often in the tail of its slice. */
  private static void makeOneInfinite(List<StepCase> parts, Random random) {
    final List<StepCase> candidates = parts.stream().filter(part -> part.length() > 0).toList();
    if (!candidates.isEmpty()) {
      final StepCase part = candidates.get(random.nextInt(candidates.size()));
      final int last = part.end() - 1;
      final int i = random.nextBoolean() ? last : part.offset() + random.nextInt(part.length());
      Elements.set(part.state().grads(), i, Double.NEGATIVE_INFINITY);
    }
  }

  /** Each slice by hand, by the reference, unless gradients of any of them are refused. */
  @Property(tries = 40)
  void anyNumberOfThreadsGivesTheBitsOfEverySliceByItself(@ForAll("models") ModelCase tried) {
    final Settings settings = tried.settings.withNonFinite(NonFinite.PROPAGATE);
    final List<State> expected = tried.copies();
    for (int i = 0; i < expected.size(); i++) {
      final StepCase part = tried.parts.get(i);
      part.with(settings).with(StepCase.Call.SLICE).step(Kernels.REFERENCE, expected.get(i));
    }
    for (AdamKernel kernel : Kernels.UNDER_TEST) {
      final List<State> actual = tried.copies();
      final long refused =
          kernel.step(settings.step(), tried.model(actual), tried.executor, tried.threads);
      assertThat(refused).isZero();
      tried.assertSame(kernel.laneWidth() + ", " + tried, expected, actual);
    }
  }

  @Property(tries = 40)
  void gradientsThatAreNotFiniteAreCountedAndThenNothingIsChanged(
      @ForAll("models") ModelCase tried) {
    final long count =
        tried.parts.stream().mapToLong(ModelProperties::countNonFinite).sum();
    final AdamStep skips = tried.settings.withNonFinite(NonFinite.SKIP).step();
    final AdamStep propagates = tried.settings.withNonFinite(NonFinite.PROPAGATE).step();
    for (AdamKernel kernel : Kernels.UNDER_TEST) {
      final String what = kernel.laneWidth() + ", " + tried;
      final List<State> expected = tried.copies();
      if (count == 0) {
        kernel.step(propagates, tried.model(expected));
      }
      final List<State> actual = tried.copies();
      assertThat(kernel.step(skips, tried.model(actual), tried.executor, tried.threads))
          .as(what)
          .isEqualTo(count);
      if (count == 0) {
        tried.assertSame(what, expected, actual);
      } else {
        for (int i = 0; i < actual.size(); i++) {
          Bits.assertUntouched(what, tried.parts.get(i).state(), actual.get(i));
        }
      }
    }
  }

  private static long countNonFinite(StepCase part) {
    long count = 0;
    for (int i = part.offset(); i < part.end(); i++) {
      count += Double.isFinite(Elements.get(part.state().grads(), i)) ? 0 : 1;
    }
    return count;
  }

  @Property(tries = 40)
  void theNormOfAllGradientsIsTheSameForEveryKernelAndAnyNumberOfThreads(
      @ForAll("models") ModelCase tried) {
    final AdamModel model = tried.model(tried.copies());
    // Of boxed numbers, equal means the same bits, and every NaN the same.
    final Double expected = Kernels.REFERENCE.globalNorm(model);
    for (AdamKernel kernel : Kernels.UNDER_TEST) {
      assertThat(kernel.globalNorm(model, tried.executor, tried.threads))
          .as("%s, %s", kernel.laneWidth(), tried)
          .isEqualTo(expected);
      assertThat(kernel.globalNorm(model)).isEqualTo(expected);
    }
  }

  @Property(tries = 60)
  void threadsThatStepDisjointSlicesOfTheSameArraysAtOnceDoNotMeet(@ForAll StepCase any) {
    final StepCase tried =
        any.with(any.settings().withNonFinite(NonFinite.PROPAGATE)).with(StepCase.Call.SLICE);
    for (AdamKernel kernel : Kernels.UNDER_TEST) {
      final State parts = tried.state().copy();
      final List<Thread> threads = new ArrayList<>();
      final int size = Math.ceilDiv(tried.length(), 4);
      for (int start = tried.offset(); start < tried.end(); start += size) {
        final StepCase part =
            new StepCase(
                tried.state(),
                tried.settings(),
                start,
                Math.min(size, tried.end() - start),
                tried.call());
        threads.add(Thread.ofPlatform().start(() -> part.step(kernel, parts)));
      }
      threads.forEach(ModelProperties::join);
      Bits.assertSame(
          kernel.laneWidth() + ", " + tried, tried.stepped(kernel).state(), parts, tried.state());
    }
  }

  private static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
