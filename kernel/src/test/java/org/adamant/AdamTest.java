package org.adamant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.DoubleFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Hyper-parameters: the defaults, the copies, and the messages of refused values. */
class AdamTest {

  /** In one order in every JVM: those who run a case again know it by its number. */
  private static final Map<String, DoubleFunction<Adam>> WITHERS =
      new TreeMap<>(
          Map.of(
              "learningRate", Adam.defaults()::withLearningRate,
              "beta1", Adam.defaults()::withBeta1,
              "beta2", Adam.defaults()::withBeta2,
              "epsilon", Adam.defaults()::withEpsilon,
              "weightDecay", Adam.defaults()::withWeightDecay));

  @Test
  void theDefaultsAreThePapers() {
    assertThat(Adam.defaults()).isEqualTo(new Adam(1e-3, 0.9, 0.999, 1e-8, 0));
  }

  @Test
  void everyWitherChangesItsOwnValueAndNoOther() {
    final Adam adam = new Adam(0.1, 0.2, 0.3, 0.4, 0.5);
    assertThat(adam.withLearningRate(0.6)).isEqualTo(new Adam(0.6, 0.2, 0.3, 0.4, 0.5));
    assertThat(adam.withBeta1(0.6)).isEqualTo(new Adam(0.1, 0.6, 0.3, 0.4, 0.5));
    assertThat(adam.withBeta2(0.6)).isEqualTo(new Adam(0.1, 0.2, 0.6, 0.4, 0.5));
    assertThat(adam.withEpsilon(0.6)).isEqualTo(new Adam(0.1, 0.2, 0.3, 0.6, 0.5));
    assertThat(adam.withWeightDecay(0.6)).isEqualTo(new Adam(0.1, 0.2, 0.3, 0.4, 0.6));
    assertThat(adam).isEqualTo(new Adam(0.1, 0.2, 0.3, 0.4, 0.5));
  }

  static Stream<Arguments> badValues() {
    final List<Double> never =
        List.of(
            Double.NaN,
            Double.POSITIVE_INFINITY,
            Double.NEGATIVE_INFINITY,
            -1.0,
            -Double.MIN_VALUE);
    final List<Double> noBeta = List.of(1.0, Math.nextUp(1.0), 2.0, Double.MAX_VALUE);
    return WITHERS.keySet()
        .stream()
        .flatMap(
            name -> Stream.concat(
                never.stream(),
                name.startsWith("beta") ? noBeta.stream() : Stream.<Double>empty())
                .map(value -> Arguments.of(name, value)));
  }

  @ParameterizedTest(name = "{0} = {1}")
  @MethodSource("badValues")
  void refusesAValueOutsideItsRangeAndSaysWhich(String name, double value) {
    final String range =
        name.startsWith("beta") ? "expected 0 <= " + name + " < 1" : "expected a finite value >= 0";
    assertThatThrownBy(() -> WITHERS.get(name).apply(value))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(name + " = " + value + ": " + range);
  }

  static Stream<Arguments> extremeValues() {
    return WITHERS.keySet()
        .stream()
        .flatMap(
            name -> Stream.of(
                0.0,
                -0.0,
                Double.MIN_VALUE,
                name.startsWith("beta") ? Math.nextDown(1.0) : Double.MAX_VALUE)
                .map(value -> Arguments.of(name, value)));
  }

  @ParameterizedTest(name = "{0} = {1}")
  @MethodSource("extremeValues")
  void acceptsTheEndsOfEveryRange(String name, double value) {
    assertThat(WITHERS.get(name).apply(value).toString()).contains(name + "=" + value);
  }

  @Test
  void acceptsAnAverageThatIsTheParameterAndNone() {
    assertThat(Adam.defaults().withAverageDecay(0).averageDecay()).isZero();
    assertThat(Adam.defaults().withAverageDecay(0).withAverageDecay(1)).isEqualTo(Adam.defaults());
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -1, -64, Long.MIN_VALUE})
  void refusesStepsBeforeTheFirst(long t) {
    assertThatThrownBy(() -> Adam.defaults().atStep(t))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("t = " + t + ": expected a step number of at least 1");
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 1L << 24, (1L << 24) + 1, (1L << 53) + 1, Long.MAX_VALUE})
  void countsStepsAsFarAsALongGoes(long t) {
    final AdamStep step = Adam.defaults().atStep(t);
    assertThat(step.t()).isEqualTo(t);
    assertThat(step.adam()).isSameAs(Adam.defaults());
  }

  @Test
  void correctsNoBiasAtTheLastStep() {
    final AdamStep step = Adam.defaults().atStep(Long.MAX_VALUE);
    assertThat(step.stepSize()).isEqualTo(1e-3);
    assertThat(step.rootScale()).isEqualTo(1);
  }

  /** The public methods that return a hyper-parameter. */
  private static List<Method> hyperParameters() {
    return Arrays.stream(Adam.class.getDeclaredMethods())
        .filter(method -> Modifier.isPublic(method.getModifiers()))
        .filter(method -> !Modifier.isStatic(method.getModifiers()))
        .filter(method -> method.getParameterCount() == 0)
        .filter(method -> !List.of("hashCode", "toString").contains(method.getName()))
        .toList();
  }

  private static Adam changed(Method hyperParameter) throws ReflectiveOperationException {
    final String name = hyperParameter.getName();
    if (name.equals("weightDecayMode")) {
      return Adam.defaults().withWeightDecay(Adam.WeightDecay.L2, 0);
    }
    final Class<?> type = hyperParameter.getReturnType();
    final Object value =
        type == double.class
            ? Double.valueOf(0.625)
            : type == boolean.class
                ? Boolean.valueOf(!(boolean) hyperParameter.invoke(Adam.defaults()))
                : type.getEnumConstants()[type.getEnumConstants().length - 1];
    return (Adam) Adam.class
        .getMethod("with" + name.substring(0, 1).toUpperCase(Locale.ROOT) + name.substring(1), type)
        .invoke(Adam.defaults(), value);
  }

  /** Whoever adds one and forgets a place reads it here. */
  @Test
  void everyHyperParameterHasItsPlaceInCopiesEqualityAndText() throws Exception {
    assertThat(Adam.defaults().toString().split(", ")).hasSize(hyperParameters().size());
    for (Method one : hyperParameters()) {
      final Adam changed = changed(one);
      assertThat(changed).isNotEqualTo(Adam.defaults()).isEqualTo(changed(one));
      assertThat(changed).hasSameHashCodeAs(changed(one));
      assertThat(changed.toString())
          .startsWith("Adam[learningRate=")
          .contains(one.getName() + "=" + one.invoke(changed));
      for (Method other : hyperParameters()) {
        assertThat(other.invoke(changed).equals(other.invoke(Adam.defaults())))
            .as("%s after a change of %s", other.getName(), one.getName())
            .isEqualTo(!other.equals(one));
      }
    }
  }

  @Test
  void theTextOfEveryVariantIsReadExactly() {
    for (VariantsTest.Case one : VariantsTest.cases()) {
      assertThat(Adam.parse(one.adam().toString())).isEqualTo(one.adam());
    }
    for (String text : new String[] {
      "", "Adam[]", "Adam[learningRate=1", "Adam[learningRate=x]", "Adam[rate=1.0]",
      "Adam[beta1=2.0]", "Adam[amsgrad=MAYBE]",
      "Adam[nesterov=yes]", "Adam[beta1=0.5, ]"
    }) {
      assertThatThrownBy(() -> Adam.parse(text))
          .as(text)
          .isInstanceOf(IllegalArgumentException.class);
    }
  }
}
