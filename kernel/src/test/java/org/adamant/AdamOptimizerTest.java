package org.adamant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.offset;

import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The optimizer with named parameters. */
class AdamOptimizerTest {

  private static final Adam ADAM = Adam.defaults();

  /** Named arrays in the order given: name, array, name, array, ... */
  private static Map<String, Object> named(Object... namesAndArrays) {
    final Map<String, Object> map = new LinkedHashMap<>();
    for (int i = 0; i < namesAndArrays.length; i += 2) {
      map.put((String) namesAndArrays[i], namesAndArrays[i + 1]);
    }
    return map;
  }

  private static float[] floats(float... values) {
    return values;
  }

  private static double[] doubles(double... values) {
    return values;
  }

  @Test
  void isTheArticlesClass() {
    final AdamOptimizer optimizer = AdamOptimizer.create(Adam.defaults());
    final float[] w = {1, -1};
    final float[] b = {0.5f};
    optimizer.step(Map.of("w", w, "b", b), Map.of("w", floats(2, -3), "b", floats(4)));
    // The first update of every element is the learning rate, against the sign of its gradient.
    assertThat(w).containsExactly(0.999f, -0.999f);
    assertThat(b).containsExactly(0.499f);
    assertThat(optimizer.stepCount()).isEqualTo(1);
    assertThat(optimizer.kernel().laneWidth()).isEqualTo(LaneWidth.preferred());
    assertThat(optimizer.adam()).isSameAs(Adam.defaults());
  }

  @ParameterizedTest
  @EnumSource
  void doesWhatTheKernelDoesWhenCalledByHand(ElementType type) {
    final Adam adam = ADAM.withWeightDecay(0.01);
    for (LaneWidth width : LaneWidth.supported()) {
      final AdamKernel kernel = AdamKernel.of(width);
      final AdamOptimizer optimizer = AdamOptimizer.create(adam, kernel);
      assertThat(optimizer.kernel()).isSameAs(kernel);
      final StepArrays byHand = StepArrays.ordinary(type, 37, 1);
      byHand.set(
          new StepArrays(
              type, byHand.params(), byHand.grads(), type.newArray(37), type.newArray(37)));
      final Object params = type.copy(byHand.params());
      final Values values = new Values(type, 2);
      for (int t = 1; t <= 70; t++) {
        final StepArrays before = byHand.copy();
        for (int i = 0; i < 37; i++) {
          values.setOrdinaryGradient(byHand, i);
        }
        byHand.step(kernel, adam.atStep(t));
        optimizer.step(Map.of("w", params), Map.of("w", byHand.grads()));
        final Class<?> array = params.getClass();
        final StepArrays actual =
            new StepArrays(
                type,
                params,
                byHand.grads(),
                optimizer.firstMoment("w", array),
                optimizer.secondMoment("w", array));
        Bits.assertSame(width + ", t = " + t, byHand, actual, before);
      }
    }
  }

  @Test
  void takesFloatsDoublesAndBoth() {
    final AdamOptimizer optimizer = AdamOptimizer.create(ADAM);
    final float[] w = {1};
    final double[] b = {1};
    optimizer.step(Map.of("w", w), Map.of("w", floats(1)));
    optimizer.step(Map.of("b", b), Map.of("b", doubles(1)));
    optimizer.step(named("w", w, "b", b), named("w", floats(1), "b", doubles(1)));
    assertThat(w[0]).isEqualTo(0.998f);
    assertThat(b[0]).isCloseTo(0.998, offset(1e-10));
    assertThat(optimizer.firstMoment("w", float[].class)).hasSize(1);
    assertThat(optimizer.firstMoment("b", double[].class)).hasSize(1);
    assertThat(optimizer.stepCount()).isEqualTo(3);
  }

  @Test
  void startsWithNoParametersAndRemembersTheirOrder() {
    final AdamOptimizer optimizer = AdamOptimizer.create(ADAM);
    assertThat(optimizer.names()).isEmpty();
    assertThat(optimizer.stepCount()).isZero();
    assertThat(optimizer.stepCount("z")).isZero();
    optimizer.step(named("z", floats(1), "a", floats(1)), named("a", floats(1), "z", floats(1)));
    optimizer.step(Map.of("m", floats(1)), Map.of("m", floats(1)));
    assertThat(optimizer.names()).containsExactly("z", "a", "m");
    assertThatThrownBy(() -> optimizer.names().remove("z"))
        .isInstanceOf(UnsupportedOperationException.class);
  }

  @Test
  void momentsStartAtZero() {
    final AdamOptimizer optimizer = AdamOptimizer.create(ADAM);
    optimizer.step(Map.of("w", floats(1, 2)), Map.of("w", floats(0, 0.5f)));
    // One step from zero: w * (g - 0) + 0, with the weights rounded to float.
    assertThat(optimizer.firstMoment("w", float[].class))
        .containsExactly(0, (float) (1 - 0.9) * 0.5f);
    assertThat(optimizer.secondMoment("w", float[].class))
        .containsExactly(0, (float) (1 - 0.999) * 0.25f);
  }

  @Test
  void aParameterThatJoinsLateGetsTheCorrectionOfItsOwnFirstStep() {
    final AdamOptimizer optimizer = AdamOptimizer.create(ADAM);
    final float[] early = {0};
    final float[] late = {0};
    for (int t = 1; t <= 50; t++) {
      optimizer.step(Map.of("early", early), Map.of("early", floats(1)));
    }
    optimizer.step(
        named("early", early, "late", late), named("early", floats(1), "late", floats(123)));
    // The learning rate, to the eight roundings of a first step.
    assertThat(late[0]).isCloseTo(-1e-3f, offset(8 * 0x1p-24f * 1e-3f));
    assertThat(optimizer.stepCount("early")).isEqualTo(51);
    assertThat(optimizer.stepCount("late")).isEqualTo(1);
    assertThat(optimizer.stepCount()).isEqualTo(51);
  }

  @Test
  void aParameterLeftOutOfAStepKeepsItsStateAndItsCount() {
    final AdamOptimizer optimizer = AdamOptimizer.create(ADAM);
    final AdamOptimizer alone = AdamOptimizer.create(ADAM);
    final float[] w = {0.3f};
    final float[] same = w.clone();
    final float[] b = {0.7f};
    for (int t = 1; t <= 10; t++) {
      final float[] g = {t};
      if (t % 3 == 0) {
        optimizer.step(Map.of("b", b), Map.of("b", g));
      } else {
        optimizer.step(named("w", w, "b", b), named("w", g, "b", g.clone()));
        alone.step(Map.of("w", same), Map.of("w", g));
      }
    }
    assertThat(w).isEqualTo(same);
    assertThat(optimizer.stepCount("w")).isEqualTo(7).isEqualTo(alone.stepCount());
    assertThat(optimizer.firstMoment("w", float[].class))
        .isEqualTo(alone.firstMoment("w", float[].class));
    assertThat(optimizer.secondMoment("w", float[].class))
        .isEqualTo(alone.secondMoment("w", float[].class));
  }

  @Test
  void followsAScheduleOfLearningRates() {
    final AdamOptimizer optimizer = AdamOptimizer.create(ADAM);
    final StepArrays byHand = StepArrays.zeros(ElementType.DOUBLE, 1);
    final double[] w = {0};
    for (int t = 1; t <= 5; t++) {
      final Adam adam = ADAM.withLearningRate(0.1 / t);
      optimizer.setAdam(adam);
      assertThat(optimizer.adam()).isSameAs(adam);
      ElementType.DOUBLE.set(byHand.grads(), 0, t);
      optimizer.step(Map.of("w", w), Map.of("w", doubles(t)));
      byHand.step(optimizer.kernel(), adam.atStep(t));
    }
    assertThat(w).isEqualTo(byHand.params());
    assertThatThrownBy(() -> optimizer.setAdam(null))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("newAdam is null");
    assertThat(optimizer.adam()).isNotNull();
  }

  @Test
  void theMomentsThatCanBeReadAreCopies() {
    final AdamOptimizer optimizer = AdamOptimizer.create(ADAM);
    optimizer.step(
        named("w", floats(1), "b", doubles(1)), named("w", floats(1), "b", doubles(1)));
    final float[] m = optimizer.firstMoment("w", float[].class);
    final double[] v = optimizer.secondMoment("b", double[].class);
    final float[] sameM = m.clone();
    final double[] sameV = v.clone();
    m[0] = 99;
    v[0] = 99;
    assertThat(optimizer.firstMoment("w", float[].class)).isEqualTo(sameM);
    assertThat(optimizer.secondMoment("b", double[].class)).isEqualTo(sameV);
    assertThat(optimizer.firstMoment("w", Object.class)).isEqualTo(sameM);
  }

  @Test
  void refusesToReadMomentsThatAreNotThere() {
    final AdamOptimizer optimizer = AdamOptimizer.create(ADAM);
    optimizer.step(Map.of("w", floats(1)), Map.of("w", floats(1)));
    assertThatThrownBy(() -> optimizer.firstMoment("x", float[].class))
        .isInstanceOf(NoSuchElementException.class)
        .hasMessage("no parameter 'x' yet; seen so far: [w]");
    assertThatThrownBy(() -> optimizer.secondMoment("x", float[].class))
        .isInstanceOf(NoSuchElementException.class);
    assertThatThrownBy(() -> optimizer.firstMoment("w", double[].class))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("type = double[]: parameter 'w' is a float[]");
    assertThatThrownBy(() -> optimizer.secondMoment("w", null))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("type is null");
  }

  @ParameterizedTest
  @EnumSource
  void keepsMaximaAndAveragesFromStepToStep(ElementType type) {
    final Adam adam = ADAM.withAmsgrad(Adam.AmsGrad.RAW).withAverageDecay(0.9);
    final AdamOptimizer optimizer = AdamOptimizer.create(adam);
    final StepArrays byHand = StepArrays.zeros(type, 5);
    type.set(byHand.params(), 1, 0.5);
    final Object params = type.copy(byHand.params());
    final Object maximum = type.newArray(5);
    final Object average = type.copy(params);
    final AdamSlice slice =
        VariantsTest.slice(byHand).withMaximum(maximum).withAverage(average);
    // Smaller from step to step, so that the maximum is that of an earlier one.
    for (int t = 1; t <= 5; t++) {
      for (int i = 0; i < 5; i++) {
        type.set(byHand.grads(), i, Math.pow(0.01, t) * (i + 1));
      }
      optimizer.step(Map.of("w", params), Map.of("w", byHand.grads()));
      optimizer.kernel().step(adam.atStep(t), slice);
      assertThat(optimizer.<Object>maximum("w", Object.class)).isEqualTo(maximum);
      assertThat(optimizer.<Object>average("w", Object.class)).isEqualTo(average);
      assertThat(params).isEqualTo(byHand.params());
    }
  }

  @Test
  void theAverageStartsFromTheParameterAsItIsWhenItIsFirstKept() {
    final AdamOptimizer optimizer = AdamOptimizer.create(ADAM);
    final double[] w = {3};
    optimizer.step(Map.of("w", w), Map.of("w", doubles(1)));
    final double start = w[0];
    optimizer.setAdam(ADAM.withAverageDecay(0.5));
    optimizer.step(Map.of("w", w), Map.of("w", doubles(1)));
    assertThat(optimizer.average("w", double[].class))
        .containsExactly(start + 0.5 * (w[0] - start));
  }

  @Test
  void refusesToReadMaximaAndAveragesThatAreNotKept() {
    final AdamOptimizer optimizer = AdamOptimizer.create(ADAM);
    optimizer.step(Map.of("w", floats(1)), Map.of("w", floats(1)));
    assertThatThrownBy(() -> optimizer.maximum("w", float[].class))
        .isInstanceOf(NoSuchElementException.class)
        .hasMessage("no running maximum is kept of parameter 'w'");
    assertThatThrownBy(() -> optimizer.average("w", float[].class))
        .isInstanceOf(NoSuchElementException.class)
        .hasMessage("no average is kept of parameter 'w'");
  }

  @Test
  void refusesToBeCreatedFromNothing() {
    assertThatThrownBy(() -> AdamOptimizer.create(null))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("adam is null");
    assertThatThrownBy(() -> AdamOptimizer.create(ADAM, null))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("kernel is null");
  }

  @Test
  void aStepOfNoParametersCounts() {
    final AdamOptimizer optimizer = AdamOptimizer.create(ADAM);
    optimizer.step(Map.of(), Map.of());
    assertThat(optimizer.stepCount()).isEqualTo(1);
    assertThat(optimizer.names()).isEmpty();
  }

  @Test
  void aParameterOfNoElementsIsFine() {
    final AdamOptimizer optimizer = AdamOptimizer.create(ADAM);
    assertThatCode(() -> optimizer.step(Map.of("w", floats()), Map.of("w", floats())))
        .doesNotThrowAnyException();
    assertThat(optimizer.firstMoment("w", float[].class)).isEmpty();
  }

  @Test
  void parametersMayShareAGradient() {
    final float[] shared = {1};
    final float[] w = {1};
    final float[] b = {1};
    AdamOptimizer.create(ADAM).step(named("w", w, "b", b), named("w", shared, "b", shared));
    assertThat(w).containsExactly(0.999f);
    assertThat(b).containsExactly(0.999f);
  }

  // ---- What is refused, with nothing changed. The parameter "known" has been stepped twice before
  // and stands first, so that it would be the first to be written; "new" has never been seen. ----

  private static final float[] KNOWN = {1, 2, 3};

  /** A step that is refused. */
  record Refusal(
      String what,
      Adam adam,
      Map<String, Object> params,
      Map<String, Object> grads,
      Class<? extends Exception> exception,
      String message) {

    @Override
    public String toString() {
      return what;
    }
  }

  private static Refusal refusal(
      String what, Map<String, Object> params, Map<String, Object> grads, String message) {
    return new Refusal(what, ADAM, params, grads, IllegalArgumentException.class, message);
  }

  private static Refusal nullRefusal(
      String what, Map<String, Object> params, Map<String, Object> grads, String message) {
    return new Refusal(what, ADAM, params, grads, NullPointerException.class, message);
  }

  /** A map of the known parameter or its gradient, and another entry. */
  private static Map<String, Object> knownAnd(String name, Object array) {
    return named("known", KNOWN, name, array);
  }

  private static Map<String, Object> gradOfKnownAnd(String name, Object array) {
    return named("known", floats(1, 1, 1), name, array);
  }

  static Stream<Refusal> refusals() {
    final float[] two = {1, 2};
    return Stream.of(
        refusal(
            "missing gradient",
            knownAnd("new", two),
            named("known", floats(1, 1, 1)),
            "expected one gradient for each parameter; missing gradients: [new], gradients without"
                + " parameter: []"),
        refusal(
            "extra gradient",
            named("known", KNOWN),
            gradOfKnownAnd("new", floats(1, 1)),
            "expected one gradient for each parameter; missing gradients: [], gradients without"
                + " parameter: [new]"),
        refusal(
            "gradient of another length",
            knownAnd("new", two),
            gradOfKnownAnd("new", floats(1)),
            "gradient 'new' has length 1: expected 2, as the parameter"),
        refusal(
            "gradient of another type",
            knownAnd("new", two),
            gradOfKnownAnd("new", doubles(1, 1)),
            "gradient 'new' is a double[]: expected float[], as the parameter"),
        refusal(
            "gradient of no array type",
            knownAnd("new", two),
            gradOfKnownAnd("new", "text"),
            "gradient 'new' is a String: expected float[], as the parameter"),
        refusal(
            "parameter of another type",
            knownAnd("new", new int[2]),
            gradOfKnownAnd("new", new int[2]),
            "parameter 'new' is a int[]: expected float[] or double[]"),
        refusal(
            "known parameter of another length",
            named("new", two, "known", floats(1, 2)),
            named("new", floats(1, 1), "known", floats(1, 1)),
            "parameter 'known' has length 2: expected 3, as what it was at its first step"),
        refusal(
            "known parameter of another type",
            named("new", two, "known", doubles(1, 2, 3)),
            named("new", floats(1, 1), "known", doubles(1, 1, 1)),
            "parameter 'known' is a double[]: expected float[], as what it was at its first step"),
        refusal(
            "the same array under two names",
            knownAnd("new", KNOWN),
            gradOfKnownAnd("new", floats(1, 1, 1)),
            "parameter 'new' is the same array as parameter 'known': expected an array of its own"),
        refusal(
            "a parameter as its own gradient",
            knownAnd("new", two),
            gradOfKnownAnd("new", two),
            "gradient 'new' is the same array as parameter '"),
        refusal(
            "a parameter as the gradient of another",
            knownAnd("new", floats(1, 1, 1)),
            gradOfKnownAnd("new", KNOWN),
            "gradient 'new' is the same array as parameter '"),
        nullRefusal("null parameters", null, named("known", floats(1, 1, 1)), "params is null"),
        nullRefusal("null gradients", named("known", KNOWN), null, "grads is null"),
        nullRefusal(
            "null parameter",
            knownAnd("new", null),
            gradOfKnownAnd("new", two),
            "parameter 'new' is null"),
        nullRefusal(
            "null gradient",
            knownAnd("new", two),
            gradOfKnownAnd("new", null),
            "gradient 'new' is null"),
        nullRefusal(
            "null name",
            knownAnd(null, two),
            gradOfKnownAnd(null, two.clone()),
            "the name of a parameter is null"),
        new Refusal(
            "a coefficient too large for the floats, after doubles",
            ADAM.withEpsilon(1e39),
            named("new", doubles(1), "known", KNOWN),
            named("new", doubles(1), "known", floats(1, 1, 1)),
            IllegalArgumentException.class,
            "expected a number in the range of float"),
        new Refusal(
            "a step size that overflows at the first step of the last",
            ADAM.withBeta1(1 - 0x1p-40).withLearningRate(Double.MAX_VALUE / 0x1p40 * 1.9),
            named("known", doubles(1, 2, 3), "new", doubles(1)),
            named("known", doubles(1, 1, 1), "new", doubles(1)),
            IllegalArgumentException.class,
            "overflows at t = 1"));
  }

  private static String contents(Map<String, Object> map) {
    return map == null ? "null" : Arrays.deepToString(map.values().toArray());
  }

  @ParameterizedTest
  @MethodSource("refusals")
  void refusesBeforeAnythingChanges(Refusal refusal) {
    final AdamOptimizer optimizer = AdamOptimizer.create(ADAM);
    final boolean isDouble =
        refusal.params != null
            && refusal.params.get("known") instanceof double[]
            && !refusal.message.contains("at its first step");
    final Object known = isDouble ? doubles(1, 2, 3) : floats(1, 2, 3);
    final Object gradient = isDouble ? doubles(1, 2, 3) : floats(1, 2, 3);
    optimizer.step(Map.of("known", known), Map.of("known", gradient));
    optimizer.step(Map.of("known", known), Map.of("known", gradient));
    final Object m = optimizer.firstMoment("known", Object.class);
    final Object v = optimizer.secondMoment("known", Object.class);
    final String paramsBefore = contents(refusal.params);
    final String gradsBefore = contents(refusal.grads);
    optimizer.setAdam(refusal.adam);

    assertThatThrownBy(() -> optimizer.step(refusal.params, refusal.grads))
        .isInstanceOf(refusal.exception)
        .hasMessageContaining(refusal.message);

    assertThat(contents(refusal.params)).isEqualTo(paramsBefore);
    assertThat(contents(refusal.grads)).isEqualTo(gradsBefore);
    assertThat(optimizer.firstMoment("known", Object.class)).isEqualTo(m);
    assertThat(optimizer.secondMoment("known", Object.class)).isEqualTo(v);
    assertThat(optimizer.stepCount()).isEqualTo(2);
    assertThat(optimizer.stepCount("known")).isEqualTo(2);
    assertThat(optimizer.names()).containsExactly("known");
  }

  /** A map that fails after so many entries were read, whatever they were read for. */
  private static Map<String, Object> failing(Map<String, Object> map, int reads) {
    final AtomicInteger left = new AtomicInteger(reads);
    return new AbstractMap<>() {
      @Override
      public Set<Entry<String, Object>> entrySet() {
        return new AbstractSet<>() {
          @Override
          public Iterator<Entry<String, Object>> iterator() {
            final Iterator<Entry<String, Object>> entries = map.entrySet().iterator();
            return new Iterator<>() {
              @Override
              public boolean hasNext() {
                return entries.hasNext();
              }

              @Override
              public Entry<String, Object> next() {
                if (left.getAndDecrement() == 0) {
                  throw new IllegalStateException("the map fails");
                }
                return entries.next();
              }
            };
          }

          @Override
          public int size() {
            return map.size();
          }
        };
      }
    };
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aMapThatFailsLeavesEverythingAsItWas(boolean areGradients) {
    int reads = 0;
    for (boolean failed = true; failed; reads++) {
      final float[] a = {1, 2};
      final float[] b = {3};
      final Map<String, Object> params = named("a", a, "b", b);
      final Map<String, Object> grads = named("a", floats(1, 1), "b", floats(1));
      final AdamOptimizer optimizer = AdamOptimizer.create(ADAM);
      try {
        optimizer.step(
            areGradients ? params : failing(params, reads),
            areGradients ? failing(grads, reads) : grads);
        failed = false;
      } catch (IllegalStateException e) {
        assertThat(a).as("a after %d reads", reads).containsExactly(1, 2);
        assertThat(b).containsExactly(3);
        assertThat(optimizer.names()).isEmpty();
        assertThat(optimizer.stepCount()).isZero();
      }
    }
    assertThat(reads).as("reads of two entries").isGreaterThan(4);
  }
}
