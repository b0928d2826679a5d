package org.adamant;

import static org.adamant.ResumedRun.Feature.ACCUMULATION;
import static org.adamant.ResumedRun.Feature.AMSGRAD;
import static org.adamant.ResumedRun.Feature.AVERAGE;
import static org.adamant.ResumedRun.Feature.EXACT_ROWS;
import static org.adamant.ResumedRun.Feature.FREEZING;
import static org.adamant.ResumedRun.Feature.GROUPS;
import static org.adamant.ResumedRun.Feature.IN_DOUBLE;
import static org.adamant.ResumedRun.Feature.LEFT_OUT;
import static org.adamant.ResumedRun.Feature.LOSS_SCALE;
import static org.adamant.ResumedRun.Feature.MAX_NORM;
import static org.adamant.ResumedRun.Feature.PLATEAU;
import static org.adamant.ResumedRun.Feature.PYTORCH;
import static org.adamant.ResumedRun.Feature.ROWS;
import static org.adamant.ResumedRun.Feature.SCHEDULE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.adamant.AdamOptimizer.Builder;
import org.adamant.ResumedRun.Feature;
import org.adamant.ResumedRun.Parameters;
import org.adamant.ResumedRun.Plan;
import org.adamant.checkpoint.CheckpointException;
import org.adamant.checkpoint.DType;
import org.adamant.checkpoint.SafeTensors;
import org.adamant.checkpoint.SafeTensorsWriter;
import org.adamant.training.Accumulation;
import org.adamant.training.LossScale;
import org.adamant.training.Plateau;
import org.adamant.training.Schedule;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A saved optimizer continues as if it had never stopped, or says why it cannot. */
class ResumeTest {

  private static final int STEPS = 8;

  private static final List<List<Feature>> FEATURES =
      List.of(
          List.of(), List.of(AMSGRAD), List.of(AVERAGE), List.of(GROUPS, SCHEDULE),
          List.of(SCHEDULE, PLATEAU, GROUPS), List.of(LOSS_SCALE, AVERAGE, LEFT_OUT),
          List.of(ACCUMULATION), List.of(ACCUMULATION, IN_DOUBLE, LOSS_SCALE, PYTORCH),
          List.of(FREEZING, AMSGRAD, ACCUMULATION),
          List.of(ROWS, ACCUMULATION, AVERAGE), List.of(ROWS, LEFT_OUT, LOSS_SCALE, AMSGRAD),
          List.of(EXACT_ROWS, ACCUMULATION, IN_DOUBLE, SCHEDULE),
          List.of(EXACT_ROWS, LEFT_OUT, PLATEAU, MAX_NORM),
          List.of(
              AMSGRAD, AVERAGE, GROUPS, SCHEDULE, PLATEAU, LOSS_SCALE, ACCUMULATION, IN_DOUBLE,
              MAX_NORM));

  private static final Plan EVERYTHING =
      new Plan(
          Parameters.STORAGES, Format.BLOCK8, Format.BFLOAT16, 5, FEATURES.getLast());

  @TempDir
  private Path folder;

  static List<Plan> plans() {
    final Format[][] moments = {
      {Format.FLOAT32, Format.FLOAT32},
      {Format.BFLOAT16, Format.BFLOAT16},
      {Format.BLOCK8, Format.BFLOAT16},
      {Format.FLOAT32, Format.BLOCK8}
    };
    final List<Plan> plans = new ArrayList<>();
    for (Parameters parameters : Parameters.values()) {
      for (Format[] pair : moments) {
        if (parameters != Parameters.DOUBLES || pair == moments[0]) {
          FEATURES
              .forEach(features -> plans.add(new Plan(parameters, pair[0], pair[1], 3, features)));
        }
      }
    }
    return plans;
  }

  // ---- Going on. ----

  @ParameterizedTest
  @MethodSource("plans")
  void goesOnFromWhereverItStopped(Plan plan) throws IOException {
    final Path file = folder.resolve("state");
    final ResumedRun whole = ResumedRun.start(plan).run(0, STEPS);
    final byte[] end = whole.save(file);
    for (int stop = 0; stop <= STEPS; stop++) {
      final ResumedRun first = ResumedRun.start(plan).run(0, stop);
      final byte[] saved = first.save(file);
      final ResumedRun second = ResumedRun.load(plan, file);
      assertThat(second.state()).as("loaded after %d", stop).isEqualTo(first.state());
      second.run(stop, STEPS);
      assertThat(first.reports.size() + second.reports.size()).isEqualTo(whole.reports.size());
      assertThat(Stream.concat(first.reports.stream(), second.reports.stream()))
          .as("reports, stopped after %d", stop)
          .containsExactlyElementsOf(whole.reports);
      assertThat(second.state()).as("stopped after %d", stop).isEqualTo(whole.state());
      // All else, such as gradients of micro-batches and whether an average is kept, is in the file.
      assertThat(second.save(file)).as("file, stopped after %d", stop).isEqualTo(end);
      assertThat(saved.length).isPositive();
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void goesOnAfterManyStopsAtRandom(long seed) throws IOException {
    final SplittableRandom random = new SplittableRandom(seed);
    final Path file = folder.resolve("state");
    final Format[] moments = {Format.FLOAT32, Format.BFLOAT16, Format.BLOCK8};
    for (int round = 0; round < 10; round++) {
      final List<Feature> features = new ArrayList<>();
      for (Feature feature : Feature.values()) {
        // What is left out of a last micro-batch is refused; rows are caught up or not, and not with averages.
        if (feature == EXACT_ROWS && (features.contains(ROWS) || features.contains(AVERAGE))) {
          continue;
        }
        if (random.nextInt(3) == 0 && !(feature == LEFT_OUT && features.contains(ACCUMULATION))) {
          features.add(feature);
        }
      }
      final Plan plan =
          new Plan(
              Parameters.values()[random.nextInt(3)], moments[random.nextInt(3)],
              moments[random.nextInt(3)], random.nextInt(1000), features);
      final int steps = 12;
      final ResumedRun whole = ResumedRun.start(plan).run(0, steps);
      ResumedRun run = ResumedRun.start(plan);
      final List<String> reports = new ArrayList<>();
      for (int from = 0; from < steps;) {
        final int to = Math.min(steps, from + random.nextInt(5));
        run.run(from, to).save(file);
        reports.addAll(run.reports);
        run = ResumedRun.load(plan, file);
        from = to;
      }
      assertThat(reports).as(plan.toString()).isEqualTo(whole.reports);
      assertThat(run.state()).as(plan.toString()).isEqualTo(whole.state());
    }
  }

  @Test
  void goesOnInAnotherJvm() throws IOException {
    final Path file = folder.resolve("state");
    final Path other = folder.resolve("other");
    final ResumedRun whole = ResumedRun.start(EVERYTHING).run(0, STEPS);
    final byte[] end = whole.save(file);
    final ResumedRun first = ResumedRun.start(EVERYTHING).run(0, 4);
    first.save(file);
    final Map<String, String> output =
        ForkedJvm.run(
            ForkedJvm.withVectorApi(), ResumedRun.class, file.toString(), other.toString(), "4",
            Integer.toString(STEPS), "STORAGES", "BLOCK8", "BFLOAT16", "5",
            String.join(",", EVERYTHING.features().stream().map(Feature::name).toList())).values();
    assertThat(Files.readAllBytes(other)).isEqualTo(end);
    assertThat(output.get("reports"))
        .isEqualTo(
            whole.reports.subList(first.reports.size(), whole.reports.size()).toString());
  }

  @Test
  void goesOnWithRemovedRenamedAndResizedParameters() throws IOException {
    final Path file = folder.resolve("state");
    final float[] w = new float[300];
    final float[] x = new float[3];
    final float[] g = new float[300];
    Arrays.fill(g, 0.3f);
    final Builder builder =
        AdamOptimizer.builder(Adam.defaults()).moments(Format.BFLOAT16, Format.BLOCK8);
    final AdamOptimizer optimizer = builder.build();
    optimizer.step(Map.of("w", w, "x", x), Map.of("w", g, "x", new float[3]));
    optimizer.rename("w", "u");
    optimizer.remove("x");
    optimizer.resize("u", 290);
    final float[] u = Arrays.copyOf(w, 290);
    optimizer.save(file, Map.of("u", u));
    final float[] copy = new float[290];
    final AdamOptimizer loaded = builder.load(file, Map.of("u", copy));
    assertThat(loaded.names()).containsExactly("u");
    final float[] gradient = Arrays.copyOf(g, 290);
    optimizer.step(Map.of("u", u), Map.of("u", gradient));
    loaded.step(Map.of("u", copy), Map.of("u", gradient));
    // The random numbers go by the first name.
    assertThat(copy).isEqualTo(u);
    assertThat(loaded.firstMoment("u", float[].class))
        .isEqualTo(optimizer.firstMoment("u", float[].class));
    assertThat(loaded.secondMoment("u", float[].class))
        .isEqualTo(optimizer.secondMoment("u", float[].class));
  }

  // ---- Other settings. ----

  private static Builder base() {
    return AdamOptimizer.builder(Adam.defaults())
        .group("g", name -> name.startsWith("g"), adam -> adam.withWeightDecay(0.1))
        .accumulate(3);
  }

  private record Other(String key, UnaryOperator<Builder> change) {
    @Override
    public String toString() {
      return key;
    }
  }

  static List<Other> others() {
    return List.of(
        new Other("built.gradients", b -> b.maxNorm(2)),
        new Other("built.gradients", b -> b.maxNormPerParameter(2)),
        new Other("built.gradients", b -> b.accumulate(4)),
        new Other("built.gradients", b -> b.accumulate(3, Accumulation.SUM)),
        new Other("built.gradients", b -> b.accumulateInDouble()),
        new Other("built.gradients", b -> b.nonFinite(NonFinite.SKIP)),
        new Other("built.numbers", b -> b.moments(Format.BFLOAT16, Format.FLOAT32)),
        new Other("built.numbers", b -> b.rounding(Rounding.NEAREST, 0)),
        new Other("built.numbers", b -> b.rounding(Rounding.STOCHASTIC, 7)),
        new Other("built.plateau", b -> b.plateau(Plateau.defaults())),
        new Other("next.all others", b -> b.schedule(Schedule.constant(0.5))),
        new Other("next.all others", b -> b.beta1(Schedule.constant(0.5))),
        new Other("next.all others", b -> b.averageDecay(Schedule.constant(0.5))),
        new Other("next.group more", b -> b.group("more", name -> false, adam -> adam)));
  }

  @ParameterizedTest
  @MethodSource("others")
  void otherSettingsAreRefusedByNameAndCanBeAskedFor(Other other) throws IOException {
    final Path file = folder.resolve("state");
    final float[] w = {1, 2};
    final AdamOptimizer optimizer = base().build();
    optimizer.step(Map.of("w", w), Map.of("w", new float[] {1, 1}));
    optimizer.save(file, Map.of("w", w));
    final float[] copy = new float[2];
    assertThatThrownBy(() -> other.change.apply(base()).load(file, Map.of("w", copy)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(other.key + " = ")
        .hasMessageContaining("loadWithNewSettings");
    assertThat(copy).containsOnly(0);
    final AdamOptimizer loaded =
        other.change.apply(base()).loadWithNewSettings(file, Map.of("w", copy));
    assertThat(copy).isEqualTo(w);
    loaded.step(Map.of("w", w), Map.of("w", new float[] {1, 1}));
    loaded.step(Map.of("w", w), Map.of("w", new float[] {1, 1}));
    assertThat(loaded.stepCount()).isEqualTo(other.change == others().get(2).change ? 0 : 1);
  }

  @Test
  void otherHyperParametersGroupsAndScalesAreRefused() throws IOException {
    final Path file = folder.resolve("state");
    base().build().save(file);
    assertThatThrownBy(() -> AdamOptimizer.builder(Adam.pytorch()).load(file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("next.group g");
    assertThatThrownBy(() -> AdamOptimizer.builder(Adam.defaults()).accumulate(3).load(file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("next.group g = ");
    assertThatThrownBy(() -> base().lossScale(LossScale.dynamic()).load(file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("built.");
    final Path plain = folder.resolve("plain");
    AdamOptimizer.create(Adam.defaults()).save(plain);
    assertThatThrownBy(() -> AdamOptimizer.builder(Adam.pytorch()).load(plain))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("built.adam = ");
  }

  @Test
  void newSettingsAreThoseOfTheBuilder() throws IOException {
    final Path file = folder.resolve("state");
    final float[] g = {1};
    final AdamOptimizer optimizer = base().build();
    optimizer.step(Map.of("g", g), Map.of("g", new float[] {1}));
    optimizer.save(file, Map.of("g", g));
    assertThatThrownBy(
        () -> AdamOptimizer.builder(Adam.defaults()).loadWithNewSettings(file, Map.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("after 1 micro-batches");
    // A group of the same name that is to be frozen is, and what was added up for it is not waited for.
    final AdamOptimizer frozen =
        AdamOptimizer.builder(Adam.defaults())
            .frozen("g", name -> name.startsWith("g"))
            .accumulate(2)
            .loadWithNewSettings(file, Map.of());
    frozen.step(Map.of("g", g), Map.of());
    assertThat(g).containsExactly(1);
    assertThat(frozen.stepCount()).isEqualTo(1);
    assertThat(frozen.stepCount("g")).isZero();
  }

  @Test
  void whatWasSetStays() throws IOException {
    final Path file = folder.resolve("state");
    final AdamOptimizer optimizer = base().build();
    optimizer.setFrozen("g", true);
    optimizer.setAdam(Adam.defaults().withLearningRate(0.25));
    optimizer.save(file);
    final AdamOptimizer loaded = base().load(file);
    assertThat(loaded.adam()).isEqualTo(optimizer.adam());
    final float[] g = {1};
    loaded.step(Map.of("g", g), Map.of());
    assertThat(loaded.names()).isEmpty();
    assertThat(base().loadWithNewSettings(file, Map.of()).adam()).isEqualTo(optimizer.adam());
    assertThat(
        AdamOptimizer.builder(Adam.pytorch())
            .accumulate(3)
            .loadWithNewSettings(file, Map.of())
            .adam())
        .isEqualTo(Adam.pytorch());
  }

  // ---- Files that are not as they should be. ----

  @Test
  void aWrongParameterChangesNone() throws IOException {
    final Path file = folder.resolve("state");
    final float[] w = {1, 2};
    final Builder builder = AdamOptimizer.builder(Adam.defaults());
    builder.build().save(file, Map.of("v", w, "w", w));
    final Map<String, Object> wrong = new LinkedHashMap<>();
    final MemorySegment readOnly = MemorySegment.ofArray(new float[2]).asReadOnly();
    wrong.put("no length", new float[3]);
    wrong.put("no format", new double[2]);
    wrong.put("no name", new float[2]);
    wrong.put("read-only", Storage.of(readOnly, Format.FLOAT32));
    wrong.put("no type", "text");
    wrong.forEach((what, value) -> {
      final float[] right = new float[2];
      final Map<String, Object> params = new LinkedHashMap<>();
      params.put("v", right);
      params.put(what.equals("no name") ? "x" : "w", value);
      assertThatThrownBy(() -> builder.load(file, params))
          .as(what)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(what.equals("no name") ? "parameter 'x'" : "parameter 'w'");
      assertThat(right).as(what).containsOnly(0);
    });
    assertThatThrownBy(
        () -> builder.build()
            .save(
                file, Map.of("w", Storage.allocate(
                    Format.BLOCK8, 3, java.lang.foreign.Arena.ofAuto()))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("parameter 'w'");
  }

  @Test
  void otherFilesAreRefused() throws IOException {
    final Path file = folder.resolve("state");
    final Builder builder = AdamOptimizer.builder(Adam.defaults());
    assertThatThrownBy(() -> builder.load(file)).isInstanceOf(IOException.class);
    Files.write(file, new byte[0]);
    assertThatThrownBy(() -> builder.load(file)).isInstanceOf(CheckpointException.class);
    SafeTensorsWriter.create().write(file);
    assertThatThrownBy(() -> builder.load(file))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("adamant.version = null");
    assertThatThrownBy(() -> builder.loadPyTorch(file))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining(".exp_avg");
  }

  /** The header of a file, and what is behind it. */
  private static byte[] withHeader(byte[] file, UnaryOperator<String> change) {
    final ByteBuffer buffer = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    final int length = (int) buffer.getLong();
    final byte[] header =
        change.apply(new String(file, Long.BYTES, length, StandardCharsets.UTF_8).trim())
            .getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(file.length - length + header.length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(header.length)
        .put(header)
        .put(file, Long.BYTES + length, file.length - Long.BYTES - length)
        .array();
  }

  private static final List<String> EVIL =
      List.of(
          "9e99", "-1", "", "NaN", "null", "1e999", " ", "x=y", "true", "TRUE", "BLOCK8", "FLOAT64",
          "BFLOAT16", "9223372036854775807", "-9223372036854775808", "4611686018427387904",
          "99999999999", "2147483648", "1", "0", "-0", "1 2 3 4", "0x10", "-Infinity",
          "99999999999999999999999");

  /** A file that is wrong somewhere, which may be where it does not matter. */
  private static byte[] mutated(byte[] file, SplittableRandom random) {
    return switch (random.nextInt(5)) {
      case 0 -> Arrays.copyOf(file, random.nextInt(file.length));
      case 1 -> {
        final byte[] copy = file.clone();
        final int header = (int) ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getLong();
        for (int i = random.nextInt(3); i >= 0; i--) {
          copy[random.nextInt(random.nextBoolean() ? header : file.length)] ^=
              (byte) (1 << random.nextInt(8));
        }
        yield copy;
      }
      case 2 -> withHeader(file, header -> replaceOne(header, "(?<==)[^ ,\"\\]]*", random));
      case 3 -> withHeader(
          file, header -> replaceOne(header, "(?<=\"adamant\\.[^\":]{1,60}\":\")[^\"]*", random));
      default -> withHeader(
          file, header -> replaceOne(header, ",\"adamant\\.[^\":]*\":\"[^\"]*\"", random));
    };
  }

  private static String replaceOne(String header, String pattern, SplittableRandom random) {
    final List<MatchResult> found = Pattern.compile(pattern).matcher(header).results().toList();
    final MatchResult one = found.get(random.nextInt(found.size()));
    final String with = pattern.startsWith(",") ? "" : EVIL.get(random.nextInt(EVIL.size()));
    return header.substring(0, one.start()) + with + header.substring(one.end());
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void whateverIsWrongWithAFileIsSaidSo(long seed) throws IOException {
    final Path file = folder.resolve("state");
    final byte[] whole = ResumedRun.start(EVERYTHING).run(0, 4).save(file);
    final SplittableRandom random = new SplittableRandom(seed);
    int refused = 0;
    for (int i = 0; i < 500; i++) {
      final byte[] bytes = mutated(whole, random);
      Files.write(file, bytes);
      final Map<String, Object> params = EVERYTHING.parameters(0);
      AdamOptimizer loaded = null;
      try {
        for (boolean isStrict : new boolean[] {false, true}) {
          loaded =
              isStrict
                  ? EVERYTHING.builder().load(file, params)
                  : EVERYTHING.builder().loadWithNewSettings(file, Map.of());
        }
      } catch (CheckpointException | IllegalArgumentException e) {
        refused++;
        assertThat(e.getMessage()).isNotBlank();
        assertThat(Numbers.storageOf(params.get("a")).get(0)).isZero();
        continue;
      } catch (RuntimeException | Error e) {
        fail("seed " + seed + ", file " + i + ": " + header(bytes), e);
      }
      try {
        loaded.step(params, EVERYTHING.gradients(params, 5, 1));
        loaded.step(params, EVERYTHING.gradients(params, 6, 1));
        loaded.save(file, params);
      } catch (IllegalArgumentException e) {
        // Such as hyper-parameters whose coefficients overflow.
        assertThat(e.getMessage()).isNotBlank();
      } catch (RuntimeException | Error e) {
        fail("stepping, seed " + seed + ", file " + i + ": " + header(bytes), e);
      }
    }
    assertThat(refused).isGreaterThan(250);
  }

  private static String header(byte[] file) {
    return new String(file, 0, Math.min(file.length, 6000), StandardCharsets.ISO_8859_1);
  }

  private record Wrong(String from, String to) {}

  static List<Wrong> wrongMetadata() {
    return List.of(
        new Wrong("length=37", "length=9223372036854775807"),
        new Wrong("length=37", "length=4611686018427387904"),
        new Wrong("length=37", "length=2147483648"),
        new Wrong("length=37", "length=36"),
        new Wrong("length=37", "length=9e99"),
        new Wrong("length=37", "length=-1"),
        new Wrong("number=\\d+", "number=-1"),
        new Wrong("number=\\d+", "number=7"),
        new Wrong("number=\\d+", "number=9223372036854775807"),
        new Wrong("isSegment=false", "isSegment=no"),
        new Wrong("place=0", "place=x"),
        new Wrong("place=0 ", ""),
        new Wrong("m=BLOCK8", "m=FLOAT64"),
        new Wrong("m=BLOCK8", "m=INT3"),
        new Wrong("format=BFLOAT16", "format=BLOCK8"),
        new Wrong("format=BFLOAT16", "format=FLOAT64"),
        new Wrong("state\\.a\\.step", "state.a.stex"),
        new Wrong("\"adamant.updates\":\"0\"", "\"adamant.updates\":\"-1\""),
        new Wrong("\"adamant.updates\":\"0\"", "\"adamant.updates\":\"9223372036854775807\""),
        new Wrong("\"adamant.updates\":\"0\",", ""),
        new Wrong("\"adamant.microBatch\":\"1\"", "\"adamant.microBatch\":\"0\""),
        new Wrong("\"adamant.microBatch\":\"1\"", "\"adamant.microBatch\":\"-1\""),
        new Wrong("\"adamant.lossScale\":\"[^\"]*\",", ""),
        new Wrong("\"adamant.lossScale\":\"[^\"]*\"", "\"adamant.lossScale\":\"NaN 1\""),
        new Wrong("\"adamant.plateau\":\"[^\"]*\",", ""),
        new Wrong("\"adamant.plateau\":\"[^\"]*\"", "\"adamant.plateau\":\"1 1\""),
        new Wrong("\"adamant.frozen.own\":\"false\"", "\"adamant.frozen.own\":\"0\""),
        new Wrong("\"adamant.frozen.own\":\"false\",", ""),
        new Wrong("\"adamant.adam\":\"[^\"]*\"", "\"adamant.adam\":\"Adam[x=1]\""),
        new Wrong("\"adamant.version\":\"1\"", "\"adamant.version\":\"2\""));
  }

  @ParameterizedTest
  @MethodSource("wrongMetadata")
  void wrongMetadataIsRefused(Wrong change) throws IOException {
    final Path file = folder.resolve("state");
    final byte[] whole = ResumedRun.start(EVERYTHING).run(0, 4).save(file);
    final byte[] changed =
        withHeader(whole, header -> {
          final String other = header.replaceFirst(change.from, change.to);
          assertThat(other).as(header).isNotEqualTo(header);
          return other;
        });
    Files.write(file, changed);
    assertThatThrownBy(() -> EVERYTHING.builder().load(file))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("expected");
  }

  @Test
  void anAverageThatIsNotThereIsRefused() throws IOException {
    final Path file = folder.resolve("state");
    final Plan plan =
        new Plan(Parameters.FLOATS, Format.FLOAT32, Format.FLOAT32, 1, List.of(SCHEDULE));
    final byte[] whole = ResumedRun.start(plan).run(0, 2).save(file);
    Files.write(
        file, withHeader(whole, header -> header.replace("isAveraged=false", "isAveraged=true")));
    assertThatThrownBy(() -> plan.builder().load(file))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining(".average");
  }

  @Test
  void microBatchesBeyondThoseOfAnUpdateAreRefused() throws IOException {
    final Path file = folder.resolve("state");
    final byte[] whole = ResumedRun.start(EVERYTHING).run(0, 4).save(file);
    Files.write(
        file,
        withHeader(
            whole,
            header -> header.replace("\"adamant.microBatch\":\"1\"",
                "\"adamant.microBatch\":\"3\"")));
    assertThatThrownBy(() -> EVERYTHING.builder().load(file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("micro-batches");
  }

  // ---- PyTorch's state. ----

  private static final int GOLDEN = 1003;

  private static double next(long[] s) {
    s[0] ^= s[0] << 13;
    s[0] ^= s[0] >>> 7;
    s[0] ^= s[0] << 17;
    return (s[0] >>> 11) * 0x1p-53;
  }

  private static Object numbers(ByteBuffer bytes, boolean isDouble) {
    final Object numbers = isDouble ? new double[GOLDEN] : new float[GOLDEN];
    for (int i = 0; i < GOLDEN; i++) {
      Numbers.storageOf(numbers).set(i, isDouble ? bytes.getDouble() : bytes.getFloat());
    }
    return numbers;
  }

  /** What PyTorch had after so many steps: p, m, v and perhaps the maximum of v. */
  private static List<Object> golden(String name, boolean isDouble, int step) throws IOException {
    final Path file =
        Path.of(
            "..", "proptest", "src", "test", "resources", "golden",
            "%s_%s_t%04d.bin".formatted(name, isDouble ? "f64" : "f32", step));
    final ByteBuffer bytes =
        ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    final List<Object> all = new ArrayList<>();
    while (bytes.hasRemaining()) {
      all.add(numbers(bytes, isDouble));
    }
    return all;
  }

  /** A recorded trajectory. */
  enum Golden {
    ADAM("adam_forloop", Adam.pytorch(), false),
    ADAM_DOUBLE("adam_forloop", Adam.pytorch(), true),
    ADAMW("adamw_wd0.01_forloop", Adam.pytorchAdamW().withWeightDecay(0.01), false),
    AMSGRAD("amsgrad_forloop", Adam.pytorch().withAmsgrad(Adam.AmsGrad.RAW), false),
    AMSGRAD_DOUBLE("amsgrad_forloop", Adam.pytorch().withAmsgrad(Adam.AmsGrad.RAW), true);

    private final String name;
    private final Adam adam;
    private final boolean isDouble;

    Golden(String name, Adam adam, boolean isDouble) {
      this.name = name;
      this.adam = adam;
      this.isDouble = isDouble;
    }
  }

  @ParameterizedTest
  @EnumSource
  void goesOnWhereTheStateOfPyTorchStopped(Golden golden) throws IOException {
    final Path file = folder.resolve("torch");
    final List<Object> at10 = golden(golden.name, golden.isDouble, 10);
    final List<Object> at1000 = golden(golden.name, golden.isDouble, 1000);
    final DType type = golden.isDouble ? DType.F64 : DType.F32;
    for (boolean isFloat : new boolean[] {true, false}) {
      final SafeTensorsWriter writer = SafeTensorsWriter.create();
      final String prefix = isFloat ? "state.layer.0.weight" : "layer.0.weight";
      final String[] names = {".exp_avg", ".exp_avg_sq", ".max_exp_avg_sq"};
      for (int i = 1; i < at10.size(); i++) {
        writer.tensor(
            prefix + names[i - 1], type, new long[] {17, 59},
            Numbers.storageOf(at10.get(i)).bytes());
      }
      writer.tensor(
          prefix + ".step", isFloat ? DType.F32 : DType.I64, new long[0],
          isFloat
              ? MemorySegment.ofArray(new float[] {10})
              : MemorySegment.ofArray(new long[] {10}));
      writer.write(file);
      final AdamOptimizer optimizer = AdamOptimizer.builder(golden.adam).loadPyTorch(file);
      assertThat(optimizer.stepCount()).isEqualTo(10);
      final Object param = copy(at10.get(0));
      final long[] s = {88172645463325252L};
      for (int i = 0; i < GOLDEN; i++) {
        next(s);
      }
      final Object grad = golden.isDouble ? new double[GOLDEN] : new float[GOLDEN];
      for (int t = 1; t <= 1000; t++) {
        for (int i = 0; i < GOLDEN; i++) {
          Numbers.storageOf(grad).set(i, (next(s) - 0.5) * 0.02);
        }
        if (t > 10) {
          optimizer.step(Map.of("layer.0.weight", param), Map.of("layer.0.weight", grad));
        }
      }
      assertThat(bits(optimizer.firstMoment("layer.0.weight", Object.class)))
          .isEqualTo(bits(at1000.get(1)));
      assertThat(bits(optimizer.secondMoment("layer.0.weight", Object.class)))
          .isEqualTo(bits(at1000.get(2)));
      assertThat(bits(param)).isEqualTo(bits(at1000.get(0)));
    }
  }

  private static Object copy(Object numbers) {
    return numbers instanceof float[] floats ? floats.clone() : ((double[]) numbers).clone();
  }

  private static long[] bits(Object numbers) {
    final Storage storage = Numbers.storageOf(numbers);
    final long[] bits = new long[(int) storage.length()];
    for (int i = 0; i < bits.length; i++) {
      bits[i] = Double.doubleToRawLongBits(storage.get(i));
    }
    return bits;
  }

  @ParameterizedTest
  @EnumSource
  void goesToPyTorchAndBack(Parameters parameters) throws IOException {
    final Path file = folder.resolve("torch");
    final Plan plan =
        new Plan(
            parameters, Format.FLOAT32, Format.FLOAT32, 3, List.of(PYTORCH, AMSGRAD));
    final ResumedRun whole = ResumedRun.start(plan).run(0, 3);
    final Map<String, Object> params = new LinkedHashMap<>(whole.params);
    if (parameters == Parameters.STORAGES) {
      // Parameters in 16 bits have such moments in PyTorch.
      params.remove("a");
      whole.optimizer.remove("a");
    }
    whole.optimizer.savePyTorch(file, Map.of("b.bias", new long[] {4, 128}));
    final AdamOptimizer loaded = plan.builder().loadPyTorch(file);
    final Map<String, Object> copies = new LinkedHashMap<>();
    params.forEach((name, param) -> copies.put(name, Numbers.toArray(Numbers.storageOf(param))));
    for (int t = 4; t < 8; t++) {
      whole.optimizer.step(params, plan.gradients(params, t, 1));
      loaded.step(copies, plan.gradients(copies, t, 1));
    }
    params.forEach((name, param) -> {
      assertThat(bits(copies.get(name))).isEqualTo(bits(param));
      assertThat(loaded.stepCount(name)).isEqualTo(whole.optimizer.stepCount(name));
      assertThat(bits(loaded.maximum(name, Object.class)))
          .isEqualTo(bits(whole.optimizer.maximum(name, Object.class)));
    });
  }

  @Test
  void momentsIn16BitsGoToPyTorchAndBackAndAreSavedAfterwards() throws IOException {
    final Path file = folder.resolve("torch");
    final Builder builder =
        AdamOptimizer.builder(Adam.pytorch().withAmsgrad(Adam.AmsGrad.RAW))
            .moments(Format.BFLOAT16, Format.BFLOAT16);
    final SafeTensorsWriter writer = SafeTensorsWriter.create();
    for (String name : List.of("exp_avg", "exp_avg_sq", "max_exp_avg_sq")) {
      writer.tensor(
          "w." + name, DType.BF16, new long[] {2},
          MemorySegment.ofArray(new short[] {0x3f80, 0x4000}));
    }
    writer.tensor("w.step", DType.F32, new long[0], MemorySegment.ofArray(new float[] {2}));
    writer.write(file);
    final Storage w = Storage.ofBfloat16(new short[2]);
    final Storage g = Storage.of(new float[] {1, 1});
    final AdamOptimizer optimizer = builder.loadPyTorch(file);
    optimizer.step(Map.of("w", w), Map.of("w", g));
    optimizer.save(file, Map.of("w", w));
    final AdamOptimizer again = builder.load(file);
    assertThat(again.maximum("w", float[].class))
        .isEqualTo(optimizer.maximum("w", float[].class))
        .containsExactly(1, 2);
    optimizer.savePyTorch(file, Map.of());
    assertThat(SafeTensors.of(MemorySegment.ofArray(Files.readAllBytes(file))).names())
        .containsExactlyInAnyOrder(
            "state.w.exp_avg", "state.w.exp_avg_sq", "state.w.max_exp_avg_sq", "state.w.step");
  }

  @Test
  void whatPyTorchDoesNotHaveIsRefused() throws IOException {
    final Path file = folder.resolve("torch");
    final AdamOptimizer optimizer =
        AdamOptimizer.builder(Adam.pytorch()).moments(Format.BLOCK8, Format.BLOCK8).build();
    optimizer.step(Map.of("w", new float[2]), Map.of("w", new float[2]));
    assertThatThrownBy(() -> optimizer.savePyTorch(file, Map.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("BLOCK8");
    final AdamOptimizer plain = AdamOptimizer.create(Adam.pytorch());
    plain.step(Map.of("w", new float[2]), Map.of("w", new float[2]));
    assertThatThrownBy(() -> plain.savePyTorch(file, Map.of("w", new long[] {3})))
        .isInstanceOf(IllegalArgumentException.class);
    for (float step : new float[] {-1, 0.5f, Float.NaN, Float.POSITIVE_INFINITY, 0x1p63f}) {
      final SafeTensorsWriter writer = SafeTensorsWriter.create();
      writer.tensor("w.exp_avg", DType.F32, new long[] {1}, MemorySegment.ofArray(new float[1]));
      writer.tensor("w.exp_avg_sq", DType.F32, new long[] {1}, MemorySegment.ofArray(new float[1]));
      writer.tensor("w.step", DType.F32, new long[0], MemorySegment.ofArray(new float[] {step}));
      writer.write(file);
      assertThatThrownBy(() -> AdamOptimizer.builder(Adam.pytorch()).loadPyTorch(file))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("w.step");
    }
  }
}
