package org.adamant;

import java.util.function.Consumer;

/**
 * The hyper-parameters of the Adam optimizer: D. P. Kingma, J. Ba, "Adam: A Method for Stochastic
 * Optimization", 2014, Algorithm 1, and of its common variants. Immutable; every {@code with} method
 * returns a changed copy. What each one does to a step is in the formula of {@link AdamKernel}.
 *
 * <p>A {@code float} step uses the coefficients computed from these in {@code double} and rounded once. So a
 * number below half the smallest float, about 7e-46, is 0 there: a learning rate that moves nothing, an epsilon that
 * guards nothing. What would be infinite, and a clipValue or a factor of the gradients that would be 0, is refused;
 * which, is said in {@link AdamKernel} under "Range of float".
 *
 * @param learningRate the step size alpha, finite and at least 0
 * @param beta1 the decay rate of the first moment, at least 0 and less than 1
 * @param beta2 the decay rate of the second moment, at least 0 and less than 1
 * @param epsilon added to the root of the second moment, finite and at least 0. With 0, and no epsilon
 *     inside the root, an element whose gradients were all zero becomes NaN (0/0)
 * @param epsilonPlacement whether epsilon is added to the corrected or to the raw root
 * @param rootEpsilon added to the second moment inside the root, finite and at least 0; 0 is none
 * @param weightDecay the strength of the weight decay, finite and at least 0; 0 is none
 * @param weightDecayMode where weight decay acts
 * @param amsgrad whether, and of what, the running maximum is used in place of the second moment
 * @param nesterov whether the step looks ahead along the new first moment (T. Dozat, "Incorporating
 *     Nesterov Momentum into Adam", 2016, without its schedule)
 * @param maximize whether to ascend: every gradient is negated, before L2 decay
 * @param clipValue the largest magnitude of a gradient, greater than 0; infinity is no clipping. A NaN
 *     stays NaN
 * @param averageDecay the decay rate of the exponential moving average of the parameters, at least 0 and
 *     at most 1; 1 is no average
 * @param arithmetic the order of operations
 */
public record Adam(
    double learningRate,
    double beta1,
    double beta2,
    double epsilon,
    EpsilonPlacement epsilonPlacement,
    double rootEpsilon,
    double weightDecay,
    WeightDecay weightDecayMode,
    AmsGrad amsgrad,
    boolean nesterov,
    boolean maximize,
    double clipValue,
    double averageDecay,
    Arithmetic arithmetic) {

  /** Where epsilon is added. */
  public enum EpsilonPlacement {
    /** To sqrt(v / (1 - beta2^t)): Algorithm 1 of the paper, PyTorch, optax, DeepSpeed. */
    ALGORITHM_1,
    /**
     * To sqrt(v), the correction being in the step size: the "epsilon hat" of section 2 of the paper,
     * TensorFlow, Keras, DJL, ND4J, Tribuo. At step 1 the same number weighs sqrt(1 - beta2) as much.
     */
    EPSILON_HAT
  }

  /** Where weight decay acts. */
  public enum WeightDecay {
    /** As a penalty on the loss: weightDecay * p is added to the gradient. */
    L2,
    /**
     * Decoupled from the gradient: learningRate * weightDecay * p is subtracted from the parameter
     * before the update (AdamW: I. Loshchilov, F. Hutter, "Decoupled Weight Decay Regularization",
     * 2019).
     */
    DECOUPLED,
    /** Decoupled from the learning rate too: weightDecay * p is subtracted before the update. */
    INDEPENDENT
  }

  /** The running maximum of AMSGrad (S. J. Reddi, S. Kale, S. Kumar, 2018, Algorithm 2). */
  public enum AmsGrad {
    /** No maximum. */
    NONE,
    /** The maximum of v, corrected afterwards: PyTorch, TensorFlow, Keras. */
    RAW,
    /** The maximum of v / (1 - beta2^t): optax. */
    CORRECTED
  }

  /** The order of operations and their roundings. */
  public enum Arithmetic {
    /** Our own: the more exact, and the default. */
    EXACT,
    /**
     * That of PyTorch's unfused loop on a CPU, to continue a run to the bit. Goes with {@link
     * EpsilonPlacement#ALGORITHM_1}, no rootEpsilon, no Nesterov, no {@link AmsGrad#CORRECTED} and no
     * {@link WeightDecay#INDEPENDENT}, which PyTorch does not have.
     *
     * <p>To the bit, but for two things that PyTorch itself leaves open: in double, a power of beta whose
     * last bit the C library got wrong, see {@link AdamStep}; and with beta1 = 0 the sign of an m of zero
     * from a gradient of -0, which there depends on the element's index, and here is the gradient's.
     */
    PYTORCH
  }

  private static final Adam DEFAULTS = new Adam(1e-3, 0.9, 0.999, 1e-8, 0);

  /**
   * Checks every hyper-parameter.
   *
   * @throws NullPointerException if one is null
   * @throws IllegalArgumentException if one is NaN, infinite or outside its range, or if the arithmetic
   *     of PyTorch is asked for something that PyTorch does not have
   */
  public Adam {
    Arguments.requireFiniteAtLeastZero("learningRate", learningRate);
    Arguments.requireBeta("beta1", beta1);
    Arguments.requireBeta("beta2", beta2);
    Arguments.requireFiniteAtLeastZero("epsilon", epsilon);
    Arguments.requireNonNull("epsilonPlacement", epsilonPlacement);
    Arguments.requireFiniteAtLeastZero("rootEpsilon", rootEpsilon);
    Arguments.requireFiniteAtLeastZero("weightDecay", weightDecay);
    Arguments.requireNonNull("weightDecayMode", weightDecayMode);
    Arguments.requireNonNull("amsgrad", amsgrad);
    Arguments.requirePositive("clipValue", clipValue);
    Arguments.requireUnitInterval("averageDecay", averageDecay);
    Arguments.requireNonNull("arithmetic", arithmetic);
    if (amsgrad == AmsGrad.CORRECTED && epsilonPlacement == EpsilonPlacement.EPSILON_HAT) {
      throw new IllegalArgumentException(
          "amsgrad = CORRECTED with epsilonPlacement = EPSILON_HAT: expected RAW or ALGORITHM_1, the"
              + " root is either corrected or raw");
    }
    if (arithmetic == Arithmetic.PYTORCH) {
      Arguments.requirePyTorch(
          "epsilonPlacement", epsilonPlacement, epsilonPlacement == EpsilonPlacement.ALGORITHM_1);
      Arguments.requirePyTorch("rootEpsilon", rootEpsilon, rootEpsilon == 0);
      Arguments.requirePyTorch("nesterov", nesterov, !nesterov);
      Arguments.requirePyTorch("amsgrad", amsgrad, amsgrad != AmsGrad.CORRECTED);
      Arguments.requirePyTorch(
          "weightDecayMode", weightDecayMode, weightDecayMode != WeightDecay.INDEPENDENT);
    }
  }

  /**
   * The paper's hyper-parameters and decoupled weight decay, with no other variant.
   *
   * @param learningRate the step size alpha, finite and at least 0
   * @param beta1 the decay rate of the first moment, at least 0 and less than 1
   * @param beta2 the decay rate of the second moment, at least 0 and less than 1
   * @param epsilon added to the corrected root, finite and at least 0
   * @param weightDecay the strength of the decay, finite and at least 0; 0 is none
   * @throws IllegalArgumentException if one is NaN, infinite or outside its range
   */
  public Adam(
      double learningRate, double beta1, double beta2, double epsilon, double weightDecay) {
    this(
        learningRate,
        beta1,
        beta2,
        epsilon,
        EpsilonPlacement.ALGORITHM_1,
        0,
        weightDecay,
        WeightDecay.DECOUPLED,
        AmsGrad.NONE,
        false,
        false,
        Double.POSITIVE_INFINITY,
        1,
        Arithmetic.EXACT);
  }

  /**
   * The values the paper recommends: learning rate 1e-3, beta1 0.9, beta2 0.999, epsilon 1e-8; no decay,
   * which would be decoupled, and nothing else.
   *
   * @return the defaults
   */
  public static Adam defaults() {
    return DEFAULTS;
  }

  /**
   * Continues a run of {@code torch.optim.Adam} to the bit: its defaults (learning rate 1e-3, betas 0.9
   * and 0.999, epsilon 1e-8), L2 decay, and the arithmetic of its unfused loop, see {@link
   * Arithmetic#PYTORCH}. Source: PyTorch 2.13, {@code torch/optim/adam.py}, {@code _single_tensor_adam}.
   *
   * @return the preset
   * @see <a href="https://pytorch.org/docs/stable/generated/torch.optim.Adam.html">torch.optim.Adam</a>
   */
  public static Adam pytorch() {
    return DEFAULTS.edit(
        d -> {
          d.weightDecayMode = WeightDecay.L2;
          d.arithmetic = Arithmetic.PYTORCH;
        });
  }

  /**
   * Continues a run of {@code torch.optim.AdamW} to the bit: as {@link #pytorch}, with decoupled decay of
   * 1e-2.
   *
   * @return the preset
   * @see <a href="https://pytorch.org/docs/stable/generated/torch.optim.AdamW.html">torch.optim.AdamW</a>
   */
  public static Adam pytorchAdamW() {
    return pytorch().withWeightDecay(WeightDecay.DECOUPLED, 1e-2);
  }

  /**
   * The hyper-parameters of {@code keras.optimizers.Adam}: learning rate 1e-3, betas 0.9 and 0.999, epsilon
   * 1e-7 added to the raw root; decay, if any, decoupled; AMSGrad, if any, on the raw maximum. Ours are
   * the roundings. Source: Keras 3.15, {@code keras/src/optimizers/adam.py} and {@code
   * base_optimizer.py}.
   *
   * @return the preset
   * @see <a href="https://keras.io/api/optimizers/adam/">keras.optimizers.Adam</a>
   */
  public static Adam keras() {
    return tensorflow().withEpsilon(1e-7);
  }

  /**
   * The hyper-parameters of {@code optax.adam}, which has no default learning rate: betas 0.9 and 0.999,
   * epsilon 1e-8 added to the corrected root, none inside; decay, if any, decoupled (optax.adamw, 1e-4,
   * adds it to the same update); {@link AmsGrad#CORRECTED} for optax.amsgrad, Nesterov for optax.nadam.
   * Source: optax 0.2.8, {@code optax/_src/alias.py} and {@code transform.py}.
   *
   * @param learningRate the step size
   * @return the preset
   * @see <a href="https://optax.readthedocs.io/en/latest/api/optimizers.html">optax.adam</a>
   */
  public static Adam optax(double learningRate) {
    return DEFAULTS.withLearningRate(learningRate);
  }

  /**
   * The hyper-parameters of TensorFlow's {@code ApplyAdam} and {@code tf.compat.v1.train.AdamOptimizer}:
   * learning rate 1e-3, betas 0.9 and 0.999, epsilon 1e-8 added to the raw root. Its {@code use_nesterov}
   * is {@link #nesterov} but for the correction of the momentum, which is for step t there and for t + 1
   * here. Source: TensorFlow 2.18, {@code tensorflow/python/training/adam.py} and {@code
   * tensorflow/core/kernels/training_ops.cc}.
   *
   * @return the preset
   * @see <a href="https://www.tensorflow.org/api_docs/python/tf/raw_ops/ApplyAdam">ApplyAdam</a>
   */
  public static Adam tensorflow() {
    return DEFAULTS.withEpsilonPlacement(EpsilonPlacement.EPSILON_HAT);
  }

  /**
   * The hyper-parameters of Tribuo's {@code Adam}: learning rate 1e-3, betas 0.9 and 0.999, epsilon 1e-6
   * added to the raw root. Source: Tribuo 4.3.2, {@code org.tribuo.math.optimisers.Adam}, which however
   * multiplies the moment by the root and epsilon where the paper, and this preset, divide by them.
   *
   * @return the preset
   * @see <a href="https://tribuo.org/learn/4.3/javadoc/org/tribuo/math/optimisers/Adam.html">Adam</a>
   */
  public static Adam tribuo() {
    return tensorflow().withEpsilon(1e-6);
  }

  /**
   * The hyper-parameters of ND4J's {@code Adam} updater: learning rate 1e-3, betas 0.9 and 0.999, epsilon
   * 1e-8 added to the raw root. Its iterations count from 0. Source: ND4J 1.0.0-M2.1, {@code
   * org.nd4j.linalg.learning.config.Adam}, and libnd4j's {@code updaterAdam.cpp}.
   *
   * @return the preset
   */
  public static Adam nd4j() {
    return tensorflow();
  }

  /**
   * A copy with another learning rate.
   *
   * @param newLearningRate the step size, finite and at least 0
   * @return the copy
   */
  public Adam withLearningRate(double newLearningRate) {
    return edit(d -> d.learningRate = newLearningRate);
  }

  /**
   * A copy with another decay rate of the first moment.
   *
   * @param newBeta1 at least 0 and less than 1
   * @return the copy
   */
  public Adam withBeta1(double newBeta1) {
    return edit(d -> d.beta1 = newBeta1);
  }

  /**
   * A copy with another decay rate of the second moment.
   *
   * @param newBeta2 at least 0 and less than 1
   * @return the copy
   */
  public Adam withBeta2(double newBeta2) {
    return edit(d -> d.beta2 = newBeta2);
  }

  /**
   * A copy with another epsilon.
   *
   * @param newEpsilon finite and at least 0
   * @return the copy
   */
  public Adam withEpsilon(double newEpsilon) {
    return edit(d -> d.epsilon = newEpsilon);
  }

  /**
   * A copy with epsilon added elsewhere.
   *
   * @param newEpsilonPlacement to the corrected or the raw root
   * @return the copy
   */
  public Adam withEpsilonPlacement(EpsilonPlacement newEpsilonPlacement) {
    return edit(d -> d.epsilonPlacement = newEpsilonPlacement);
  }

  /**
   * A copy with another epsilon inside the root, optax's {@code eps_root}.
   *
   * @param newRootEpsilon finite and at least 0; 0 is none
   * @return the copy
   */
  public Adam withRootEpsilon(double newRootEpsilon) {
    return edit(d -> d.rootEpsilon = newRootEpsilon);
  }

  /**
   * A copy with another strength of weight decay, in the same place.
   *
   * @param newWeightDecay finite and at least 0; 0 is none
   * @return the copy
   */
  public Adam withWeightDecay(double newWeightDecay) {
    return withWeightDecay(weightDecayMode, newWeightDecay);
  }

  /**
   * A copy with another weight decay.
   *
   * @param newMode where it acts
   * @param newWeightDecay finite and at least 0; 0 is none
   * @return the copy
   */
  public Adam withWeightDecay(WeightDecay newMode, double newWeightDecay) {
    return edit(
        d -> {
          d.weightDecayMode = newMode;
          d.weightDecay = newWeightDecay;
        });
  }

  /**
   * A copy with another running maximum.
   *
   * @param newAmsgrad none, of the raw or of the corrected second moment
   * @return the copy
   */
  public Adam withAmsgrad(AmsGrad newAmsgrad) {
    return edit(d -> d.amsgrad = newAmsgrad);
  }

  /**
   * A copy with or without Nesterov momentum.
   *
   * @param newNesterov whether to look ahead
   * @return the copy
   */
  public Adam withNesterov(boolean newNesterov) {
    return edit(d -> d.nesterov = newNesterov);
  }

  /**
   * A copy that ascends or descends.
   *
   * @param newMaximize whether to ascend
   * @return the copy
   */
  public Adam withMaximize(boolean newMaximize) {
    return edit(d -> d.maximize = newMaximize);
  }

  /**
   * A copy with another limit for gradients.
   *
   * @param newClipValue the largest magnitude, greater than 0; infinity is no clipping
   * @return the copy
   */
  public Adam withClipValue(double newClipValue) {
    return edit(d -> d.clipValue = newClipValue);
  }

  /**
   * A copy with another average of the parameters.
   *
   * @param newAverageDecay the decay rate of the average, at least 0 and at most 1; 1 is no average
   * @return the copy
   */
  public Adam withAverageDecay(double newAverageDecay) {
    return edit(d -> d.averageDecay = newAverageDecay);
  }

  /**
   * A copy with another order of operations.
   *
   * @param newArithmetic whose roundings
   * @return the copy
   */
  public Adam withArithmetic(Arithmetic newArithmetic) {
    return edit(d -> d.arithmetic = newArithmetic);
  }

  /**
   * The coefficients of one step. A learning rate that follows a schedule is changed before the step it
   * is for: {@code adam.withLearningRate(rate).atStep(t)}.
   *
   * @param t the number of the step, counted from 1
   * @return the coefficients
   * @throws IllegalArgumentException if {@code t} is less than 1; if the step size overflows, or the product of
   *     learning rate and decoupled weight decay
   */
  public AdamStep atStep(long t) {
    return new AdamStep(this, t);
  }

  private Adam edit(Consumer<Draft> change) {
    final Draft draft = new Draft(this);
    change.accept(draft);
    return draft.build();
  }

  /** A record's components, open for change: the one place that lists them all. */
  private static final class Draft {
    double learningRate;
    double beta1;
    double beta2;
    double epsilon;
    EpsilonPlacement epsilonPlacement;
    double rootEpsilon;
    double weightDecay;
    WeightDecay weightDecayMode;
    AmsGrad amsgrad;
    boolean nesterov;
    boolean maximize;
    double clipValue;
    double averageDecay;
    Arithmetic arithmetic;

    Draft(Adam adam) {
      learningRate = adam.learningRate;
      beta1 = adam.beta1;
      beta2 = adam.beta2;
      epsilon = adam.epsilon;
      epsilonPlacement = adam.epsilonPlacement;
      rootEpsilon = adam.rootEpsilon;
      weightDecay = adam.weightDecay;
      weightDecayMode = adam.weightDecayMode;
      amsgrad = adam.amsgrad;
      nesterov = adam.nesterov;
      maximize = adam.maximize;
      clipValue = adam.clipValue;
      averageDecay = adam.averageDecay;
      arithmetic = adam.arithmetic;
    }

    Adam build() {
      return new Adam(
          learningRate,
          beta1,
          beta2,
          epsilon,
          epsilonPlacement,
          rootEpsilon,
          weightDecay,
          weightDecayMode,
          amsgrad,
          nesterov,
          maximize,
          clipValue,
          averageDecay,
          arithmetic);
    }
  }
}
