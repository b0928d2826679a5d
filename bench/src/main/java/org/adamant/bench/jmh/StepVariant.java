package org.adamant.bench.jmh;

import org.adamant.Adam;
import org.adamant.AdamSlice;
import org.adamant.AdamStep;
import org.adamant.NonFinite;
import org.adamant.bench.support.StepArrays;

/** What a step does besides the basic one. */
public enum StepVariant {
  /** Algorithm 1 only. */
  BASIC(Adam.defaults()),
  /** L2 decay in the gradient. */
  L2(Adam.defaults().withWeightDecay(Adam.WeightDecay.L2, 0.01)),
  /** Decoupled decay, as in AdamW. */
  ADAMW(Adam.defaults().withWeightDecay(Adam.WeightDecay.DECOUPLED, 0.01)),
  /** The running maximum of the second moment, a fifth array. */
  AMSGRAD(Adam.defaults().withAmsgrad(Adam.AmsGrad.RAW)),
  /** Nesterov momentum. */
  NESTEROV(Adam.defaults().withNesterov(true)),
  /** Gradients clipped by value. */
  CLIP_VALUE(Adam.defaults().withClipValue(1)),
  /** The moving average of the parameters, a fifth array. */
  AVERAGE(Adam.defaults().withAverageDecay(0.999)),
  /** Steps with a gradient that is not finite are skipped: gradients are read twice. */
  SKIP_NON_FINITE(Adam.defaults()) {
    @Override
    AdamStep step(long t) {
      return super.step(t).withNonFinite(NonFinite.SKIP);
    }
  },
  /** Unscaling, a clip factor, AdamW, averaging and zeroing the gradient. */
  ONE_PASS(
      Adam.defaults()
          .withWeightDecay(Adam.WeightDecay.DECOUPLED, 0.01)
          .withAverageDecay(0.999)) {
    @Override
    AdamStep step(long t) {
      return super.step(t).withGradientScale(0x1p-10).withClipFactor(0.5).withZeroGradient();
    }
  },
  /** The arithmetic of PyTorch. */
  PYTORCH(Adam.pytorch());

  private final Adam adam;

  StepVariant(Adam adam) {
    this.adam = adam;
  }

  AdamStep step(long t) {
    return adam.atStep(t);
  }

  /** Whether a step needs a fifth array. */
  public boolean hasFifth() {
    return adam.amsgrad() != Adam.AmsGrad.NONE || adam.averageDecay() < 1;
  }

  /** The arrays that a step needs. */
  AdamSlice slice(StepArrays arrays) {
    if (!hasFifth()) {
      return arrays.slice();
    }
    final Object fifth = arrays.get(StepArrays.Role.AVERAGE);
    return adam.averageDecay() < 1
        ? arrays.slice().withAverage(fifth)
        : arrays.slice().withMaximum(fifth);
  }
}
