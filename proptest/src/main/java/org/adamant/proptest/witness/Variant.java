package org.adamant.proptest.witness;

import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.adamant.Adam;
import org.adamant.Adam.AmsGrad;
import org.adamant.Adam.EpsilonPlacement;
import org.adamant.Adam.WeightDecay;
import org.adamant.AdamStep;
import org.adamant.NonFinite;

/**
 * A variant of the step, with its name in tables.
 *
 * @param name a short name without blanks
 * @param adam the hyper-parameters
 * @param gradientScale the factor of the gradients
 * @param perCall the other properties of a call
 */
public record Variant(
    String name, Adam adam, double gradientScale, UnaryOperator<AdamStep> perCall) {

  private static final Adam EVERYTHING =
      Adam.defaults()
          .withWeightDecay(WeightDecay.L2, 0.01)
          .withAmsgrad(AmsGrad.CORRECTED)
          .withRootEpsilon(1e-12)
          .withNesterov(true)
          .withMaximize(true)
          .withClipValue(0.005)
          .withAverageDecay(0.99);

  private static final Adam LOW_BETAS = Adam.defaults().withBeta1(0.4).withBeta2(0.5);

  /** The variants with another formula, in both arithmetics. */
  public static final List<Variant> OF_THE_FORMULA =
      List.of(
          of("adam", Adam.defaults()),
          of("adamw", Adam.defaults().withWeightDecay(0.01)),
          of("l2", Adam.defaults().withWeightDecay(WeightDecay.L2, 0.01)),
          of("independent-decay", Adam.defaults().withWeightDecay(WeightDecay.INDEPENDENT, 2e-5)),
          of("cautious-decay", Adam.defaults().withWeightDecay(WeightDecay.CAUTIOUS, 0.01)),
          of("amsgrad", Adam.defaults().withAmsgrad(AmsGrad.RAW)),
          of("amsgrad-corrected", Adam.defaults().withAmsgrad(AmsGrad.CORRECTED)),
          of("nesterov", Adam.defaults().withNesterov(true)),
          of("nadam", Adam.defaults().withNesterov(true).withMomentumDecay(0.004)),
          of("radam", Adam.defaults().withRectification(true)),
          of("adamax", Adam.defaults().withRule(Adam.Rule.ADAMAX)),
          of("lion", Adam.lion()),
          of("maximize", Adam.defaults().withMaximize(true)),
          of("clip", Adam.defaults().withClipValue(0.005)),
          of(
              "epsilon-hat",
              Adam.defaults().withEpsilonPlacement(EpsilonPlacement.EPSILON_HAT).withEpsilon(1e-7)),
          of("root-epsilon", Adam.defaults().withRootEpsilon(1e-12)),
          of(
              "root-epsilon-hat",
              Adam.defaults()
                  .withEpsilonPlacement(EpsilonPlacement.EPSILON_HAT)
                  .withRootEpsilon(1e-12)),
          of("average", Adam.defaults().withAverageDecay(0.99)),
          of("low-betas", LOW_BETAS),
          of("no-bias-correction", Adam.defaults().withBiasCorrection(false)),
          of("no-epsilon", Adam.defaults().withEpsilon(0)),
          new Variant("gradient-scale", Adam.defaults(), 1.0 / 3, UnaryOperator.identity()),
          new Variant("everything", EVERYTHING, 1.0 / 3, UnaryOperator.identity()),
          of("pytorch", Adam.pytorch()),
          of("pytorch-adamw", Adam.pytorchAdamW()),
          of("pytorch-l2", Adam.pytorch().withWeightDecay(0.01)),
          of("pytorch-amsgrad", Adam.pytorch().withAmsgrad(AmsGrad.RAW)),
          of("pytorch-nadam", Adam.pytorchNAdam()),
          of("pytorch-nadamw", Adam.pytorchNAdam().withWeightDecay(WeightDecay.DECOUPLED, 0.01)),
          of("pytorch-radam", Adam.pytorchRAdam()),
          of("pytorch-radam-l2", Adam.pytorchRAdam().withWeightDecay(0.01)),
          of("pytorch-adamax", Adam.pytorchAdamax()),
          of("pytorch-sparse-adam", Adam.pytorchSparseAdam()),
          of("pytorch-low-betas", LOW_BETAS.withArithmetic(Adam.Arithmetic.PYTORCH)),
          of(
              "pytorch-everything",
              EVERYTHING
                  .withRootEpsilon(0)
                  .withNesterov(false)
                  .withAmsgrad(AmsGrad.RAW)
                  .withArithmetic(Adam.Arithmetic.PYTORCH)));

  /** The variants with the same formula whose calls do something else. */
  private static final List<Variant> OF_THE_CALL =
      List.of(
          new Variant("zero-gradient", Adam.defaults(), 1, AdamStep::withZeroGradient),
          new Variant("update-only", Adam.defaults(), 1, AdamStep::withUpdateOnly),
          new Variant(
              "update-only-adamw",
              Adam.defaults().withWeightDecay(0.01),
              1,
              AdamStep::withUpdateOnly),
          new Variant(
              "skip-non-finite",
              Adam.defaults(),
              1,
              step -> step.withNonFinite(NonFinite.SKIP)));

  /** All variants. */
  public static final List<Variant> ALL =
      Stream.concat(OF_THE_FORMULA.stream(), OF_THE_CALL.stream()).toList();

  private static Variant of(String name, Adam adam) {
    return new Variant(name, adam, 1, UnaryOperator.identity());
  }

  /**
   * The variant of a name.
   *
   * @param name its name
   * @return the variant
   */
  public static Variant named(String name) {
    return ALL.stream().filter(variant -> variant.name.equals(name)).findFirst().orElseThrow();
  }

  /**
   * The coefficients of one step.
   *
   * @param t the number of the step, counted from 1
   * @return the coefficients, and what else the call does
   */
  public AdamStep atStep(long t) {
    return perCall.apply(adam.atStep(t).withGradientScale(gradientScale));
  }

  @Override
  public String toString() {
    return name;
  }
}
