package org.adamant.proptest;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.adamant.Adam;
import org.adamant.Adam.AmsGrad;
import org.adamant.AdamKernel;
import org.adamant.AdamOptimizer;
import org.adamant.testkit.Bits;
import org.adamant.testkit.Elements;

/** The optimizer with named parameters gives the results of the kernel called by hand. */
class OptimizerProperties {

  /** One step: the parameters that take part, in this order, and a gradient for each. */
  record Update(Map<String, Object> grads, Adam adam) {}

  /** Parameters by name, with their values before they join, and their updates. */
  record Training(Map<String, State> initial, List<Update> updates) {
    @Override
    public String toString() {
      return updates.stream()
          .map(update -> update.grads.keySet() + " by " + update.adam)
          .toList()
          .toString();
    }
  }

  @Provide
  Arbitrary<Training> trainings() {
    return Steps.cases(
        steps -> {
          final Random random = steps.random();
          final Map<String, State> initial = new HashMap<>();
          final Settings shapes = settings(random);
          for (String name : List.of("w1", "b1", "w2", "b2", "")) {
            final Class<?> type = random.nextBoolean() ? float.class : double.class;
            final State state = State.zeros(type, random.nextInt(40));
            final State drawn = steps.ofType(type).state(state.length(), shapes);
            initial.put(name, state.with(State.PARAMS, drawn.params()));
          }
          Adam adam = shapes.adam();
          final List<Update> updates = new ArrayList<>();
          for (int t = 1 + random.nextInt(6); t > 0; t--) {
            final List<String> names = new ArrayList<>(initial.keySet());
            Collections.shuffle(names, random);
            final Map<String, Object> grads = new LinkedHashMap<>();
            for (String name : names.subList(0, random.nextInt(names.size() + 1))) {
              final State state = initial.get(name);
              final Class<?> type = state.isFloat() ? float.class : double.class;
              grads.put(name, steps.ofType(type).state(state.length(), shapes).grads());
            }
            // Now and then the same arrays again.
            final Update update = new Update(grads, adam);
            for (int times = 1 + random.nextInt(3); times > 0; times--) {
              updates.add(update);
            }
            if (random.nextInt(4) == 0) {
              adam = settings(random).adam();
            }
          }
          return new Training(initial, updates);
        });
  }

  /** Coefficients that are finite at every t, in floats. */
  private static Settings settings(Random random) {
    return Settings.random(float.class, random)
        .with(a -> a.withLearningRate(Math.min(1, a.learningRate())));
  }

  /** The t of a parameter is the number of its own steps, from the moment at which it joins. */
  @Property(tries = 200)
  void theOptimizerEqualsTheKernelCalledByHandForAnyOrderOfNamesAndAnyMomentOfJoining(
      @ForAll("trainings") Training training) {
    for (AdamKernel kernel : Kernels.UNDER_TEST) {
      final Map<String, State> byHand = copies(training.initial);
      final Map<String, State> optimized = copies(training.initial);
      final Map<String, Long> counts = new LinkedHashMap<>();
      final Set<String> averaged = new HashSet<>();
      final AdamOptimizer optimizer =
          AdamOptimizer.create(training.updates.getFirst().adam, kernel);
      for (Update update : training.updates) {
        optimizer.setAdam(update.adam);
        final Map<String, Object> params = new LinkedHashMap<>();
        // The maps do not have to agree on an order.
        update.grads.keySet()
            .stream()
            .sorted()
            .forEach(
                name -> params.put(name, optimized.get(name).params()));
        optimizer.step(params, update.grads);
        for (String name : params.keySet()) {
          final State before = byHand.get(name);
          // An average starts from the parameter as it is before the first step that keeps one, and
          // before the first that does so again.
          final boolean isAveraged = update.adam.averageDecay() < 1;
          final State state =
              isAveraged && !averaged.contains(name)
                  ? before.with(State.AVERAGE, Elements.copy(before.params()))
                  : before;
          if (isAveraged) {
            averaged.add(name);
          } else {
            averaged.remove(name);
          }
          byHand.put(name, state);
          final long t = counts.merge(name, 1L, Long::sum);
          new StepCase(
              state, Settings.of(update.adam, t), 0, state.length(), StepCase.Call.SLICE)
              .step(kernel, state.with(State.GRADS, Elements.copy(update.grads.get(name))));
        }
      }
      assertThat(optimizer.stepCount()).isEqualTo(training.updates.size());
      assertThat(optimizer.names()).containsExactlyElementsOf(counts.keySet());
      training.initial.forEach(
          (name, before) -> {
            assertThat(optimizer.stepCount(name)).isEqualTo(counts.getOrDefault(name, 0L));
            Bits.assertSame(
                "%s, parameter '%s' of %s".formatted(kernel.laneWidth(), name, training),
                byHand.get(name),
                counts.containsKey(name)
                    ? known(optimizer, name, byHand.get(name), optimized.get(name), training)
                    : optimized.get(name),
                before);
          });
    }
  }

  /** A parameter and what the optimizer keeps of it; what it does not keep, from the other state. */
  private static State known(
      AdamOptimizer optimizer, String name, State byHand, State optimized, Training training) {
    final Class<?> type = byHand.params().getClass();
    final List<Adam> adams =
        training.updates.stream()
            .filter(update -> update.grads.containsKey(name))
            .map(Update::adam)
            .toList();
    return new State(
        optimized.params(),
        byHand.grads(),
        optimizer.firstMoment(name, type),
        optimizer.secondMoment(name, type),
        adams.stream().anyMatch(adam -> adam.amsgrad() != AmsGrad.NONE)
            ? optimizer.maximum(name, type)
            : byHand.maximum(),
        adams.stream().anyMatch(adam -> adam.averageDecay() < 1)
            ? optimizer.average(name, type)
            : byHand.average());
  }

  private static Map<String, State> copies(Map<String, State> states) {
    final Map<String, State> copies = new HashMap<>();
    states.forEach((name, state) -> copies.put(name, state.copy()));
    return copies;
  }
}
