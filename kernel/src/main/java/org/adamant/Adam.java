package org.adamant;

import java.lang.reflect.Field;
import java.util.Arrays;
import java.util.function.Consumer;
import org.adamant.internal.loop.Variant;
import org.adamant.internal.loop.Variant.Feature;

/**
 * The hyper-parameters of the Adam optimizer (D. P. Kingma, J. Ba, "Adam: A Method for Stochastic Optimization",
 * 2014, Algorithm 1) and of its common variants. The formula of {@link AdamKernel} shows what each one does to a
 * step.
 *
 * <p>Immutable: every {@code with} method returns a changed copy. It throws an {@link IllegalArgumentException} for
 * a value outside its range or one that excludes another, and a {@link NullPointerException} for null.
 *
 * <p>A {@code float} step computes its coefficients from these in {@code double} and rounds each once. So a number
 * below half the smallest float, about 7e-46, becomes 0: such a learning rate moves nothing, such an epsilon guards
 * nothing. A step refuses coefficients that would become infinite, and a clipValue or a factor of the gradients
 * that would become 0; {@link AdamKernel} lists them under "Range of float".
 */
public final class Adam {

  /** Where epsilon is added. */
  public enum EpsilonPlacement {
    /** To sqrt(v / (1 - beta2^t)): Algorithm 1 of the paper, PyTorch, optax, DeepSpeed. */
    ALGORITHM_1,
    /**
     * To sqrt(v); the step size contains the correction. This is the "epsilon hat" of section 2 of the paper, used
     * by TensorFlow, Keras, DJL, ND4J, Tribuo. At step 1 the same number weighs sqrt(1 - beta2) times as much as
     * with {@link #ALGORITHM_1}.
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
    INDEPENDENT,
    /**
     * As {@link #DECOUPLED}, but only where the update does not move the parameter away from zero, so that decay
     * never pulls against the loss (L. Chen et al., "Cautious Weight Decay", 2025).
     */
    CAUTIOUS;

    /** Whether it is added to the gradient; the others act on the parameter. */
    boolean isOfGradient() {
      return this == L2;
    }

    /** Whether it is multiplied by the learning rate. */
    boolean isTimesRate() {
      return !isOfGradient() && this != INDEPENDENT;
    }
  }

  /** The running maximum of AMSGrad (S. J. Reddi, S. Kale, S. Kumar, 2018, Algorithm 2). */
  public enum AmsGrad {
    /** No maximum. */
    NONE,
    /** The maximum of v, corrected afterwards: PyTorch, TensorFlow, Keras. */
    RAW,
    /** The maximum of v / (1 - beta2^t): optax. Excludes {@link EpsilonPlacement#EPSILON_HAT}. */
    CORRECTED
  }

  /** How the moments are updated and used. */
  public enum Rule {
    /** Algorithm 1 of the paper. */
    ADAM,
    /**
     * AdaMax, Algorithm 2 of the paper: a decaying maximum of |g| + epsilon replaces the second moment and its
     * root, and is not corrected. Excludes rectification, Nesterov, AMSGrad, rootEpsilon and {@link
     * EpsilonPlacement#EPSILON_HAT}.
     */
    ADAMAX,
    /**
     * Lion: every step has the same size and the sign of an average of m and g, weighted by beta1; m itself decays
     * by beta2 (X. Chen et al., "Symbolic Discovery of Optimization Algorithms", 2023, Algorithm 2). There is no
     * second moment: v is neither read nor written. Bias correction and epsilon have no effect. Excludes what
     * {@link #ADAMAX} excludes.
     */
    LION
  }

  /** The order of operations and their roundings. */
  public enum Arithmetic {
    /** Our own: the more exact, and the default. */
    EXACT,
    /**
     * That of PyTorch's unfused loops on a CPU, to continue a run to the bit. The other hyper-parameters select the
     * loop: Adam and AdamW by themselves; NAdam with Nesterov, which excludes AMSGrad and {@link
     * EpsilonPlacement#EPSILON_HAT}; RAdam with rectification and {@code EPSILON_HAT}; Adamax with {@link
     * Rule#ADAMAX}, which excludes every decay but L2; SparseAdam with {@code EPSILON_HAT} alone, which excludes
     * weight decay and AMSGrad. PyTorch has no {@link Rule#LION}, no rootEpsilon, no step without bias correction,
     * no {@link AmsGrad#CORRECTED}, and no decay but {@link WeightDecay#L2} and {@link WeightDecay#DECOUPLED}.
     *
     * <p>Bits can differ in three corners that PyTorch itself leaves open. In double, the C library got the last
     * bit of some powers wrong, see {@link AdamStep}. With beta1 = 0, PyTorch chooses the sign of a zero m from a
     * gradient of -0 by the element's index; here it is the gradient's sign. A PyTorch that was built with MKL
     * computes some roots wrong in their last bit; here they are rounded correctly.
     */
    PYTORCH
  }

  private static final Adam DEFAULTS = new Adam(new Values());

  private final Values values;

  /** The hyper-parameters, mutable until an {@link Adam} holds them. */
  private static final class Values implements Cloneable {
    private Rule rule = Rule.ADAM;
    private double learningRate = 1e-3;
    private double beta1 = 0.9;
    private double beta2 = 0.999;
    private double epsilon = 1e-8;
    private EpsilonPlacement epsilonPlacement = EpsilonPlacement.ALGORITHM_1;
    private double rootEpsilon;
    private boolean biasCorrection = true;
    private double weightDecay;
    private WeightDecay weightDecayMode = WeightDecay.DECOUPLED;
    private AmsGrad amsgrad = AmsGrad.NONE;
    private boolean nesterov;
    private double momentumDecay = Double.POSITIVE_INFINITY;
    private boolean rectification;
    private boolean maximize;
    private double clipValue = Double.POSITIVE_INFINITY;
    private double averageDecay = 1;
    private Arithmetic arithmetic = Arithmetic.EXACT;

    /** All of them, each after its name. */
    Object[] named() {
      return new Object[] {
        "learningRate", learningRate,
        "beta1", beta1,
        "beta2", beta2,
        "epsilon", epsilon,
        "epsilonPlacement", epsilonPlacement,
        "rootEpsilon", rootEpsilon,
        "biasCorrection", biasCorrection,
        "weightDecay", weightDecay,
        "weightDecayMode", weightDecayMode,
        "amsgrad", amsgrad,
        "nesterov", nesterov,
        "momentumDecay", momentumDecay,
        "rectification", rectification,
        "maximize", maximize,
        "clipValue", clipValue,
        "averageDecay", averageDecay,
        "rule", rule,
        "arithmetic", arithmetic
      };
    }

    Values copy() {
      try {
        return (Values) clone();
      } catch (CloneNotSupportedException e) {
        throw new AssertionError(e);
      }
    }

    void check() {
      Arguments.requireNonNull("rule", rule);
      Arguments.requireFiniteAtLeastZero("learningRate", learningRate);
      Arguments.requireBeta("beta1", beta1);
      Arguments.requireBeta("beta2", beta2);
      Arguments.requireFiniteAtLeastZero("epsilon", epsilon);
      Arguments.requireNonNull("epsilonPlacement", epsilonPlacement);
      Arguments.requireFiniteAtLeastZero("rootEpsilon", rootEpsilon);
      Arguments.requireFiniteAtLeastZero("weightDecay", weightDecay);
      Arguments.requireNonNull("weightDecayMode", weightDecayMode);
      Arguments.requireNonNull("amsgrad", amsgrad);
      Arguments.requireAtLeastZero("momentumDecay", momentumDecay);
      Arguments.requirePositive("clipValue", clipValue);
      Arguments.requireUnitInterval("averageDecay", averageDecay);
      Arguments.requireNonNull("arithmetic", arithmetic);
      if (amsgrad == AmsGrad.CORRECTED && epsilonPlacement == EpsilonPlacement.EPSILON_HAT) {
        throw new IllegalArgumentException(
            "amsgrad = CORRECTED with epsilonPlacement = EPSILON_HAT: expected RAW or ALGORITHM_1, the"
                + " root is either corrected or raw");
      }
      if (rule == Rule.ADAMAX || rule == Rule.LION) {
        checkWithoutRoot();
      }
      if (rectification && amsgrad != AmsGrad.NONE) {
        throw new IllegalArgumentException(
            "amsgrad = " + amsgrad
                + " with rectification: expected NONE, what is rectified is the variance of the"
                + " second moment");
      }
      if (rectification && !biasCorrection) {
        throw new IllegalArgumentException(
            "biasCorrection = false with rectification: expected true, what is rectified is corrected");
      }
      if (arithmetic == Arithmetic.PYTORCH) {
        checkPyTorch();
      }
    }

    private void checkWithoutRoot() {
      requireAdam("rectification", rectification, !rectification);
      requireAdam("nesterov", nesterov, !nesterov);
      requireAdam("amsgrad", amsgrad, amsgrad == AmsGrad.NONE);
      requireAdam("rootEpsilon", rootEpsilon, rootEpsilon == 0);
      requireAdam(
          "epsilonPlacement", epsilonPlacement, epsilonPlacement == EpsilonPlacement.ALGORITHM_1);
    }

    private void requireAdam(String name, Object value, boolean isKnown) {
      if (!isKnown) {
        throw new IllegalArgumentException(
            name + " = " + value + " with rule = " + rule
                + ": expected the default, or rule = ADAM");
      }
    }

    private void checkPyTorch() {
      Arguments.requirePyTorch("rule", rule, rule == Rule.ADAM || rule == Rule.ADAMAX);
      if (rule == Rule.ADAMAX) {
        Arguments.requirePyTorch(
            "weightDecayMode",
            weightDecayMode,
            weightDecay == 0 || weightDecayMode == WeightDecay.L2);
      }
      Arguments.requirePyTorch("rootEpsilon", rootEpsilon, rootEpsilon == 0);
      Arguments.requirePyTorch("biasCorrection", biasCorrection, biasCorrection);
      Arguments.requirePyTorch("amsgrad", amsgrad, amsgrad != AmsGrad.CORRECTED);
      Arguments.requirePyTorch(
          "weightDecayMode",
          weightDecayMode,
          weightDecayMode == WeightDecay.L2 || weightDecayMode == WeightDecay.DECOUPLED);
      // EPSILON_HAT selects RAdam or SparseAdam; SparseAdam has no other variants.
      final boolean isHat = epsilonPlacement == EpsilonPlacement.EPSILON_HAT;
      Arguments.requirePyTorch("epsilonPlacement", epsilonPlacement, isHat || !rectification);
      Arguments.requirePyTorch("nesterov", nesterov,
          !nesterov || !isHat && amsgrad == AmsGrad.NONE);
      if (isHat && !rectification) {
        Arguments.requirePyTorch("weightDecay", weightDecay, weightDecay == 0);
        Arguments.requirePyTorch("amsgrad", amsgrad, amsgrad == AmsGrad.NONE);
      }
    }
  }

  private Adam(Values values) {
    values.check();
    this.values = values;
  }

  /**
   * The paper's hyper-parameters and decoupled weight decay; no other variant.
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
    this(values(learningRate, beta1, beta2, epsilon, weightDecay));
  }

  private static Values values(
      double learningRate, double beta1, double beta2, double epsilon, double weightDecay) {
    final Values values = new Values();
    values.learningRate = learningRate;
    values.beta1 = beta1;
    values.beta2 = beta2;
    values.epsilon = epsilon;
    values.weightDecay = weightDecay;
    return values;
  }

  /**
   * The values the paper recommends: learning rate 1e-3, beta1 0.9, beta2 0.999, epsilon 1e-8. No variant is on.
   * Weight decay, if it is set later, is decoupled.
   *
   * @return the defaults
   */
  public static Adam defaults() {
    return DEFAULTS;
  }

  /**
   * Continues a run of {@code torch.optim.Adam} to the bit. Has its defaults: learning rate 1e-3, betas 0.9 and
   * 0.999, epsilon 1e-8. Weight decay, if it is set, is L2. The arithmetic is that of its unfused loop, see {@link
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
   * Continues a run of {@code torch.optim.AdamW} to the bit: {@link #pytorch} with decoupled weight decay of 1e-2.
   *
   * @return the preset
   * @see <a href="https://pytorch.org/docs/stable/generated/torch.optim.AdamW.html">torch.optim.AdamW</a>
   */
  public static Adam pytorchAdamW() {
    return pytorch().withWeightDecay(WeightDecay.DECOUPLED, 1e-2);
  }

  /**
   * Continues a run of {@code torch.optim.NAdam} to the bit. Has its defaults: learning rate 2e-3, betas 0.9 and
   * 0.999, epsilon 1e-8, momentum decay 4e-3. Weight decay, if it is set, is L2; use {@link WeightDecay#DECOUPLED}
   * for its {@code decoupled_weight_decay}. Its {@code mu_product} needs no state, as it is a function of t.
   * Source: PyTorch 2.13, {@code torch/optim/nadam.py}, {@code _single_tensor_nadam}.
   *
   * @return the preset
   * @see <a href="https://pytorch.org/docs/stable/generated/torch.optim.NAdam.html">torch.optim.NAdam</a>
   */
  public static Adam pytorchNAdam() {
    return pytorch().edit(
        d -> {
          d.learningRate = 2e-3;
          d.nesterov = true;
          d.momentumDecay = 4e-3;
        });
  }

  /**
   * Continues a run of {@code torch.optim.RAdam} to the bit. Has its defaults: learning rate 1e-3, betas 0.9 and
   * 0.999, epsilon 1e-8 added to the raw root. Weight decay, if it is set, is L2; use {@link WeightDecay#DECOUPLED}
   * for its {@code decoupled_weight_decay}. Source: PyTorch 2.13, {@code torch/optim/radam.py}, {@code
   * _single_tensor_radam}.
   *
   * @return the preset
   * @see <a href="https://pytorch.org/docs/stable/generated/torch.optim.RAdam.html">torch.optim.RAdam</a>
   */
  public static Adam pytorchRAdam() {
    return pytorch().edit(
        d -> {
          d.epsilonPlacement = EpsilonPlacement.EPSILON_HAT;
          d.rectification = true;
        });
  }

  /**
   * Continues a run of {@code torch.optim.Adamax} to the bit. Has its defaults: learning rate 2e-3, betas 0.9 and
   * 0.999, epsilon 1e-8. Weight decay, if it is set, is L2. Its {@code exp_inf} is v. Source: PyTorch 2.13, {@code
   * torch/optim/adamax.py}, {@code _single_tensor_adamax}.
   *
   * @return the preset
   * @see <a href="https://pytorch.org/docs/stable/generated/torch.optim.Adamax.html">torch.optim.Adamax</a>
   */
  public static Adam pytorchAdamax() {
    return pytorch().edit(
        d -> {
          d.rule = Rule.ADAMAX;
          d.learningRate = 2e-3;
        });
  }

  /**
   * The hyper-parameters of the article on {@link Rule#LION}: learning rate 1e-4, betas 0.9 and 0.99. Weight decay,
   * if it is set, is decoupled.
   *
   * @return the preset
   */
  public static Adam lion() {
    return DEFAULTS.edit(
        d -> {
          d.rule = Rule.LION;
          d.learningRate = 1e-4;
          d.beta2 = 0.99;
        });
  }

  /**
   * Continues a run of {@code torch.optim.SparseAdam} to the bit in the rows that have a gradient. SparseAdam
   * leaves other rows as they are, which is {@link org.adamant.training.SparseMode#LAZY}. Has its defaults:
   * learning rate 1e-3, betas 0.9 and 0.999, epsilon 1e-8 added to the raw root. There is no weight decay. Source:
   * PyTorch 2.13, {@code torch/optim/_functional.py}, {@code sparse_adam}.
   *
   * @return the preset
   * @see <a
   *     href="https://pytorch.org/docs/stable/generated/torch.optim.SparseAdam.html">torch.optim.SparseAdam</a>
   */
  public static Adam pytorchSparseAdam() {
    return pytorch().withEpsilonPlacement(EpsilonPlacement.EPSILON_HAT);
  }

  /**
   * The hyper-parameters of {@code keras.optimizers.Adam}: learning rate 1e-3, betas 0.9 and 0.999, epsilon 1e-7
   * added to the raw root. Weight decay, if it is set, is decoupled; use {@link AmsGrad#RAW} for its AMSGrad. The
   * roundings are ours, not Keras's. Source: Keras 3.15, {@code keras/src/optimizers/adam.py} and {@code
   * base_optimizer.py}.
   *
   * @return the preset
   * @see <a href="https://keras.io/api/optimizers/adam/">keras.optimizers.Adam</a>
   */
  public static Adam keras() {
    return tensorflow().withEpsilon(1e-7);
  }

  /**
   * The hyper-parameters of {@code optax.adam}: betas 0.9 and 0.999, epsilon 1e-8 added to the corrected root, none
   * inside the root. optax has no default learning rate. Weight decay, if it is set, is decoupled, as that of
   * optax.adamw (1e-4), which adds it to the same update. Use {@link AmsGrad#CORRECTED} for optax.amsgrad, Nesterov
   * for optax.nadam. Source: optax 0.2.8, {@code optax/_src/alias.py} and {@code transform.py}.
   *
   * @param learningRate the step size
   * @return the preset
   * @see <a href="https://optax.readthedocs.io/en/latest/api/optimizers.html">optax.adam</a>
   */
  public static Adam optax(double learningRate) {
    return DEFAULTS.withLearningRate(learningRate);
  }

  /**
   * The hyper-parameters of TensorFlow's {@code ApplyAdam} and {@code tf.compat.v1.train.AdamOptimizer}: learning
   * rate 1e-3, betas 0.9 and 0.999, epsilon 1e-8 added to the raw root. Its {@code use_nesterov} differs from
   * {@link #nesterov}: it corrects the momentum for step t, not for t + 1. Source: TensorFlow 2.18, {@code
   * tensorflow/python/training/adam.py} and {@code tensorflow/core/kernels/training_ops.cc}.
   *
   * @return the preset
   * @see <a href="https://www.tensorflow.org/api_docs/python/tf/raw_ops/ApplyAdam">ApplyAdam</a>
   */
  public static Adam tensorflow() {
    return DEFAULTS.withEpsilonPlacement(EpsilonPlacement.EPSILON_HAT);
  }

  /**
   * The hyper-parameters of Tribuo's {@code Adam}: learning rate 1e-3, betas 0.9 and 0.999, epsilon 1e-6 added to
   * the raw root. Source: Tribuo 4.3.2, {@code org.tribuo.math.optimisers.Adam}. That class multiplies the moment
   * by the sum of root and epsilon; this preset divides by it, as the paper does.
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
   * A copy with another rule.
   *
   * @param newRule how the moments are updated and used
   * @return the copy
   */
  public Adam withRule(Rule newRule) {
    return edit(d -> d.rule = newRule);
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
   * A copy with or without the correction of the moments' bias towards zero.
   *
   * @param newBiasCorrection whether they are divided by 1 - beta^t
   * @return the copy
   */
  public Adam withBiasCorrection(boolean newBiasCorrection) {
    return edit(d -> d.biasCorrection = newBiasCorrection);
  }

  /**
   * A copy with another strength of weight decay, in the same place.
   *
   * @param newWeightDecay finite and at least 0; 0 is none
   * @return the copy
   */
  public Adam withWeightDecay(double newWeightDecay) {
    return withWeightDecay(values.weightDecayMode, newWeightDecay);
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
   * A copy with another schedule of the Nesterov momentum.
   *
   * @param newMomentumDecay how fast the momentum grows from beta1 / 2 to beta1, PyTorch's {@code momentum_decay}: at
   *     least 0; infinity is beta1 from the beginning
   * @return the copy
   */
  public Adam withMomentumDecay(double newMomentumDecay) {
    return edit(d -> d.momentumDecay = newMomentumDecay);
  }

  /**
   * A copy with or without rectification.
   *
   * @param newRectification whether step sizes are rectified
   * @return the copy
   */
  public Adam withRectification(boolean newRectification) {
    return edit(d -> d.rectification = newRectification);
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
   * The coefficients of one step. To follow a schedule, change the learning rate before each step: {@code
   * adam.withLearningRate(rate).atStep(t)}.
   *
   * @param t the number of the step, counted from 1
   * @return the coefficients
   * @throws IllegalArgumentException if {@code t} is less than 1, or the step size or the product of learning rate
   *     and decoupled weight decay overflows
   */
  public AdamStep atStep(long t) {
    return new AdamStep(this, t);
  }

  /**
   * The features of its steps.
   *
   * @param isRootless whether the update is the first moment only, as in the first steps with rectification
   */
  Variant variant(boolean isRootless) {
    final boolean isPyTorch = arithmetic() == Arithmetic.PYTORCH;
    final boolean decays = weightDecay() > 0;
    final boolean isL2 = weightDecayMode().isOfGradient();
    final boolean isCautious = weightDecayMode() == WeightDecay.CAUTIOUS;
    final boolean isSparse =
        isPyTorch && !rectification() && epsilonPlacement() == EpsilonPlacement.EPSILON_HAT;
    final boolean isMax = rule() == Rule.ADAMAX;
    final double w1 = 1 - beta1();
    return Variant.of(
        Feature.PYTORCH.when(isPyTorch)
            | Feature.INFINITY_NORM.when(isMax)
            | Feature.SIGN.when(rule() == Rule.LION)
            | Feature.SPARSE.when(isSparse)
            | Feature.RECTIFIES.when(isPyTorch && rectification())
            | Feature.CLIPS.when(clipValue() < Double.POSITIVE_INFINITY)
            | Feature.MAXIMIZES.when(maximize())
            | Feature.DECAYS_GRADIENT.when(decays && isL2)
            | Feature.DECAYS_PARAMETER.when(decays && !isL2)
            | Feature.CAUTIOUS.when(decays && isCautious)
            | Feature.GRADIENT_FIRST.when(!isSparse && w1 >= 0.5)
            | Feature.FLOAT_GRADIENT_FIRST
                .when(!isSparse && (isPyTorch ? (float) w1 >= 0.5f : w1 >= 0.5))
            | Feature.SQUARE_FIRST.when(!isPyTorch && !isMax && 1 - beta2() >= 0.5)
            | Feature.MAXIMUM.when(amsgrad() != AmsGrad.NONE)
            | Feature.CORRECTED.when(amsgrad() == AmsGrad.CORRECTED)
            | Feature.ROOT_EPSILON.when(rootEpsilon() > 0)
            | Feature.ROOTLESS.when(isRootless)
            | Feature.NESTEROV.when(nesterov() && !isRootless)
            | Feature.AVERAGES.when(averageDecay() < 1));
  }

  /**
   * Whether a step whose gradient is zero keeps every bit of elements whose moments and maxima are zero. The update is
   * then -0 / epsilon, and p + -0 is p. But in AdaMax v becomes epsilon, and with maximize the update can be +0, which
   * changes a parameter of -0.
   */
  boolean keepsElementsWithoutMoments() {
    return weightDecay() == 0 && averageDecay() == 1 && !maximize() && (float) epsilon() > 0
        && rule() != Rule.ADAMAX;
  }

  /**
   * Whether epsilon hides tiny moments from the next update, so that they can be set to zero. Lion takes the sign of m,
   * however small. PyTorch sets none to zero.
   */
  boolean hidesTinyMoments() {
    return arithmetic() != Arithmetic.PYTORCH && rule() != Rule.LION;
  }

  /**
   * How the moments are updated and used.
   *
   * @return the rule
   */
  public Rule rule() {
    return values.rule;
  }

  /**
   * The step size alpha.
   *
   * @return the step size, finite and at least 0
   */
  public double learningRate() {
    return values.learningRate;
  }

  /**
   * The decay rate of the first moment.
   *
   * @return at least 0 and less than 1
   */
  public double beta1() {
    return values.beta1;
  }

  /**
   * The decay rate of the second moment.
   *
   * @return at least 0 and less than 1
   */
  public double beta2() {
    return values.beta2;
  }

  /**
   * What is added to the root of the second moment.
   *
   * @return finite and at least 0. With 0, and no epsilon inside the root, an element whose gradients were all zero
   *     becomes NaN (0/0)
   */
  public double epsilon() {
    return values.epsilon;
  }

  /**
   * Where epsilon is added.
   *
   * @return the corrected or the raw root
   */
  public EpsilonPlacement epsilonPlacement() {
    return values.epsilonPlacement;
  }

  /**
   * What is added to the second moment inside the root.
   *
   * @return finite and at least 0; 0 is none
   */
  public double rootEpsilon() {
    return values.rootEpsilon;
  }

  /**
   * Whether the bias of the moments towards zero, their first value, is corrected (section 3 of the paper). Without
   * the correction, as in BERT's optimizer, the first steps are up to (1 - beta1) / sqrt(1 - beta2) times as large
   * with the usual betas; later ones are as large as with it.
   *
   * @return whether they are divided by 1 - beta^t
   */
  public boolean biasCorrection() {
    return values.biasCorrection;
  }

  /**
   * The strength of the weight decay.
   *
   * @return finite and at least 0; 0 is none
   */
  public double weightDecay() {
    return values.weightDecay;
  }

  /**
   * Where weight decay acts.
   *
   * @return the place
   */
  public WeightDecay weightDecayMode() {
    return values.weightDecayMode;
  }

  /**
   * Whether, and of what, the running maximum is used in place of the second moment.
   *
   * @return the maximum
   */
  public AmsGrad amsgrad() {
    return values.amsgrad;
  }

  /**
   * Whether the step looks ahead along the new first moment (T. Dozat, "Incorporating Nesterov Momentum into
   * Adam", 2016): NAdam, with the schedule of {@link #momentumDecay}.
   *
   * @return whether it does
   */
  public boolean nesterov() {
    return values.nesterov;
  }

  /**
   * The psi of NAdam's schedule: at step t the momentum is beta1 * (1 - 0.96^(t * psi) / 2). Has no effect without
   * {@link #nesterov}.
   *
   * @return at least 0; infinity is a momentum of beta1 from the beginning
   */
  public double momentumDecay() {
    return values.momentumDecay;
  }

  /**
   * Whether step sizes are rectified, as by RAdam (L. Liu et al., "On the Variance of the Adaptive Learning Rate
   * and Beyond", 2020, Algorithm 2). Steps are smaller while the second moment averages so few gradients that its
   * root varies much. The first steps, five with the usual beta2, follow the first moment alone. Excludes AMSGrad,
   * and needs bias correction.
   *
   * @return whether they are
   */
  public boolean rectification() {
    return values.rectification;
  }

  /**
   * Whether to ascend: every gradient is negated, before L2 decay is added.
   *
   * @return whether it ascends
   */
  public boolean maximize() {
    return values.maximize;
  }

  /**
   * The largest magnitude of a gradient; a NaN stays NaN.
   *
   * @return greater than 0; infinity is no clipping
   */
  public double clipValue() {
    return values.clipValue;
  }

  /**
   * The decay rate of the exponential moving average of the parameters.
   *
   * @return at least 0 and at most 1; 1 is no average
   */
  public double averageDecay() {
    return values.averageDecay;
  }

  /**
   * The order of operations.
   *
   * @return whose roundings
   */
  public Arithmetic arithmetic() {
    return values.arithmetic;
  }

  private Adam edit(Consumer<Values> change) {
    final Values changed = values.copy();
    change.accept(changed);
    return new Adam(changed);
  }

  /**
   * Reads exactly what {@link #toString} has written, from a file or another process.
   *
   * @param text the text, of this version or an earlier one
   * @return the hyper-parameters
   * @throws NullPointerException if the text is null
   * @throws IllegalArgumentException if it was not written by {@code toString}, or names what this version does not
   *     have
   */
  public static Adam parse(String text) {
    Arguments.requireNonNull("text", text);
    if (!text.startsWith("Adam[") || !text.endsWith("]")) {
      throw new IllegalArgumentException("text = " + text + ": expected hyper-parameters");
    }
    final Values values = new Values();
    for (String part : text.substring("Adam[".length(), text.length() - 1).split(", ", -1)) {
      final String[] named = part.split("=", 2);
      try {
        final Field field = Values.class.getDeclaredField(named[0]);
        field.set(values, value(field.getType(), named[1]));
      } catch (ReflectiveOperationException | IndexOutOfBoundsException
          | IllegalArgumentException e) {
        throw new IllegalArgumentException(
            "text = " + text + ": expected hyper-parameters that this version has, and not '" + part
                + "'",
            e);
      }
    }
    return new Adam(values);
  }

  @SuppressWarnings({"unchecked", "rawtypes"})
  private static Object value(Class<?> type, String text) {
    if (type == double.class) {
      return Double.parseDouble(text);
    }
    if (type == boolean.class) {
      if (!text.equals("true") && !text.equals("false")) {
        throw new IllegalArgumentException(text);
      }
      return text.equals("true");
    }
    return Enum.valueOf((Class<Enum>) type, text);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Adam that && Arrays.equals(values.named(), that.values.named());
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(values.named());
  }

  /** {@return the hyper-parameters by name, which {@link #parse} reads} */
  @Override
  public String toString() {
    final StringBuilder text = new StringBuilder("Adam[");
    final Object[] named = values.named();
    for (int i = 0; i < named.length; i += 2) {
      text.append(i == 0 ? "" : ", ").append(named[i]).append('=').append(named[i + 1]);
    }
    return text.append(']').toString();
  }
}
