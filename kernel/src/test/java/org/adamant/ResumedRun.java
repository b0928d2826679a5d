package org.adamant;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.adamant.Adam.AmsGrad;
import org.adamant.training.Accumulation;
import org.adamant.training.AverageDecay;
import org.adamant.training.LossScale;
import org.adamant.training.Plateau;
import org.adamant.training.Schedule;
import org.adamant.training.SparseMode;
import org.adamant.training.SparseRows;

/**
 * A small training that can be stopped before any step and resumed from a file, also as its own program. Everything
 * follows from a plan.
 */
final class ResumedRun {

  /** Where parameters lie. */
  enum Parameters {
    FLOATS,
    DOUBLES,
    STORAGES
  }

  /** What an optimizer does besides steps. */
  enum Feature {
    AMSGRAD,
    AVERAGE,
    GROUPS,
    SCHEDULE,
    PLATEAU,
    LOSS_SCALE,
    ACCUMULATION,
    IN_DOUBLE,
    MAX_NORM,
    PYTORCH,
    FREEZING,
    LEFT_OUT,
    /** Gradients of rows. */
    ROWS,
    /** Those that are caught up. */
    EXACT_ROWS
  }

  /**
   * The plan of a training.
   *
   * @param parameters where they lie
   * @param first the format of first moments
   * @param second the format of second moments
   * @param seed the seed of parameters and gradients
   * @param features the other features of the optimizer
   */
  record Plan(
      Parameters parameters, Format first, Format second, long seed, List<Feature> features) {

    boolean has(Feature feature) {
      return features.contains(feature);
    }

    /** An optimizer for it, always built the same. */
    AdamOptimizer.Builder builder() {
      Adam adam = has(Feature.PYTORCH) ? Adam.pytorch() : Adam.defaults().withWeightDecay(0.01);
      adam = has(Feature.AMSGRAD)
          ? adam.withAmsgrad(has(Feature.PYTORCH) ? AmsGrad.RAW : AmsGrad.CORRECTED)
          : adam;
      final AdamOptimizer.Builder builder =
          AdamOptimizer.builder(adam)
              .moments(first, second)
              .rounding(Rounding.STOCHASTIC, seed);
      if (has(Feature.AVERAGE)) {
        // Starts, stops and starts again.
        builder.averageDecay(t -> t == 4 ? 1 : AverageDecay.warmup(0.9).at(t));
      }
      if (has(Feature.GROUPS)) {
        builder
            .group("biases", name -> name.endsWith("bias"), a -> a.withWeightDecay(0))
            .group("own", name -> name.equals("c"), a -> a, Schedule.linear(0.1, 0.01, 6));
      }
      if (has(Feature.FREEZING)) {
        builder.frozen("frozen", name -> name.equals("c"));
      }
      if (has(Feature.SCHEDULE)) {
        builder.schedule(Schedule.warmupCosine(0.1, 0.001, 2, 7))
            .beta1(Schedule.linear(0.9, 0.8, 5));
      }
      if (has(Feature.PLATEAU)) {
        builder.plateau(Plateau.defaults().withPatience(1).withCooldown(1).withFactor(0.3));
      }
      if (has(Feature.LOSS_SCALE)) {
        builder.lossScale(LossScale.dynamic().withInitial(1024).withInterval(2));
      }
      if (has(Feature.ACCUMULATION)) {
        builder.accumulate(3, has(Feature.PYTORCH) ? Accumulation.SUM : Accumulation.MEAN);
      }
      if (has(Feature.IN_DOUBLE)) {
        builder.accumulateInDouble();
      }
      if (has(Feature.MAX_NORM)) {
        builder.maxNorm(0.5);
      }
      if (has(Feature.ROWS)) {
        builder.sparseWithCounters();
      }
      if (has(Feature.EXACT_ROWS)) {
        builder.sparse(SparseMode.EXACT);
      }
      return builder;
    }

    /** Parameters; those of seed 0 are all zero. */
    Map<String, Object> parameters(long seed) {
      final SplittableRandom random = new SplittableRandom(seed);
      final Map<String, Object> params = new LinkedHashMap<>();
      params.put("a", values("a", 37, random, seed != 0));
      params.put("b.bias", values("b.bias", 512, random, seed != 0));
      params.put("c", values("c", 5, random, seed != 0));
      return params;
    }

    private Object values(String name, int length, SplittableRandom random, boolean isSet) {
      final Object made =
          switch (parameters) {
            case FLOATS -> new float[length];
            case DOUBLES -> new double[length];
            case STORAGES -> switch (name) {
              case "a" -> Storage.ofBfloat16(new short[length]);
              case "c" -> new double[length];
              default -> Storage.allocate(Format.FLOAT32, length, Arena.ofAuto());
            };
          };
      for (int i = 0; isSet && i < length; i++) {
        Numbers.storageOf(made).set(i, random.nextDouble() - 0.5);
      }
      return made;
    }

    private boolean isLeftOut(String name, int step) {
      return has(Feature.LEFT_OUT) && name.equals("b.bias") && step % 3 == 0;
    }

    /** The gradients of a step. */
    Map<String, Object> gradients(Map<String, Object> params, int step, double scale) {
      final SplittableRandom random = new SplittableRandom(seed * 1000 + step);
      final Map<String, Object> grads = new LinkedHashMap<>();
      params.forEach((name, param) -> {
        final Storage like = Numbers.storageOf(param);
        final Object grad =
            like.format() == Format.FLOAT64
                ? new double[(int) like.length()]
                : param instanceof Storage
                    ? Storage.of(new float[(int) like.length()])
                    : new float[(int) like.length()];
        for (int i = 0; i < like.length(); i++) {
          Numbers.storageOf(grad).set(i, scale * (random.nextDouble() - 0.5));
        }
        if (has(Feature.LOSS_SCALE) && step % 5 == 2) {
          Numbers.storageOf(grad).set(1, Double.POSITIVE_INFINITY);
        }
        grads.put(name, hasRows() && name.equals("b.bias") ? rows(grad, random) : grad);
      });
      return grads;
    }

    private boolean hasRows() {
      return has(Feature.ROWS) || has(Feature.EXACT_ROWS);
    }

    /** Some of its rows, whole blocks of BLOCK8. */
    private SparseRows rows(Object grad, SplittableRandom random) {
      final int[] rows = random.nextInt(4) == 0 ? new int[0] : new int[] {random.nextInt(2)};
      return grad instanceof double[] doubles
          ? SparseRows.of(rows, Arrays.copyOf(doubles, rows.length * 256), 256)
          : SparseRows.of(
              rows,
              Arrays.copyOf(
                  (float[]) Numbers.storageOf(grad).array, rows.length * 256),
              256);
    }
  }

  final Plan plan;
  final Map<String, Object> params;
  final AdamOptimizer optimizer;
  final List<String> reports = new ArrayList<>();

  private ResumedRun(Plan plan, Map<String, Object> params, AdamOptimizer optimizer) {
    this.plan = plan;
    this.params = params;
    this.optimizer = optimizer;
  }

  static ResumedRun start(Plan plan) {
    return new ResumedRun(plan, plan.parameters(plan.seed() + 1), plan.builder().build());
  }

  /** Goes on from a file, with parameters that are all zero before. */
  static ResumedRun load(Plan plan, Path file) throws IOException {
    final Map<String, Object> params = plan.parameters(0);
    return new ResumedRun(plan, params, plan.builder().load(file, params));
  }

  /** Does the steps from one, counted from 0, up to another. */
  ResumedRun run(int from, int to) {
    for (int step = from; step < to; step++) {
      if (plan.has(Feature.EXACT_ROWS) && step > 0 && (step == 4 || plan.has(Feature.PLATEAU))) {
        // Before hyper-parameters change.
        optimizer.catchUp(params);
      }
      if (step == 4) {
        optimizer.setAdam(optimizer.adam().withBeta2(0.99));
      }
      if (plan.has(Feature.FREEZING) && step % 3 == 2) {
        optimizer.setFrozen("frozen", step % 2 == 1);
      }
      if (plan.has(Feature.PLATEAU)) {
        reports.add("factor " + optimizer.observe(step % 4 == 0 ? 3.0 / (step + 1) : 7));
      }
      final Map<String, Object> now = new LinkedHashMap<>(params);
      for (String name : params.keySet()) {
        if (plan.isLeftOut(name, step)) {
          now.remove(name);
        }
      }
      reports.add(optimizer.step(now, plan.gradients(now, step, optimizer.lossScale())).toString());
    }
    return this;
  }

  /** Everything there is, as a file. */
  byte[] save(Path file) throws IOException {
    optimizer.save(file, params);
    return Files.readAllBytes(file);
  }

  /** Everything that can be asked for, to the bit. */
  String state() {
    final StringBuilder text = new StringBuilder();
    params.forEach((name, param) -> text.append(name).append(bits(param)));
    for (String name : optimizer.names()) {
      text.append('\n')
          .append(name)
          .append(' ')
          .append(optimizer.stepCount(name))
          .append(bits(optimizer.firstMoment(name, Object.class)))
          .append(bits(optimizer.secondMoment(name, Object.class)));
      if (plan.has(Feature.AMSGRAD) && optimizer.stepCount(name) > 0) {
        text.append(bits(optimizer.maximum(name, Object.class)));
      }
      if (plan.has(Feature.AVERAGE) && optimizer.stepCount(name) > 0) {
        text.append(bits(optimizer.average(name, Object.class)));
      }
      text.append(optimizer.adam(name));
    }
    return text.append(optimizer.stepCount())
        .append(' ')
        .append(optimizer.lossScale())
        .append(' ')
        .append(optimizer.adam())
        .toString();
  }

  private static String bits(Object numbers) {
    final Storage storage = Numbers.storageOf(numbers);
    final StringBuilder text = new StringBuilder();
    for (long i = 0; i < storage.length(); i++) {
      text.append(' ').append(Long.toHexString(Double.doubleToRawLongBits(storage.get(i))));
    }
    return text.toString();
  }

  /** A plan in words that are the arguments of the program. */
  static Plan plan(String parameters, String first, String second, String seed, String features) {
    return new Plan(
        Parameters.valueOf(parameters), Format.valueOf(first), Format.valueOf(second),
        Long.parseLong(seed),
        Arrays.stream(features.split(",")).map(Feature::valueOf).toList());
  }

  /**
   * Goes on from a file and writes another one.
   *
   * @param args where to go on from, where to write to, the steps from and to, and the plan
   * @throws IOException if a file cannot be read or written
   */
  public static void main(String[] args) throws IOException {
    final Plan plan = plan(args[4], args[5], args[6], args[7], args[8]);
    final ResumedRun run = load(plan, Path.of(args[0]));
    run.run(Integer.parseInt(args[2]), Integer.parseInt(args[3])).save(Path.of(args[1]));
    System.out.println("reports=" + run.reports);
  }
}
