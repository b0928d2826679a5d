package org.adamant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Random;
import org.adamant.Adam.AmsGrad;
import org.adamant.checkpoint.CheckpointException;
import org.adamant.checkpoint.DType;
import org.adamant.checkpoint.SafeTensorsWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AdamStateTest {

  private static final Adam AMSGRAD = Adam.defaults().withAmsgrad(AmsGrad.RAW);

  private static final int LENGTH = 37;

  private final Random random = new Random(3);

  @TempDir
  Path folder;

  @Test
  void stepsAreThoseOfArrays() {
    for (Adam adam : new Adam[] {Adam.defaults(), AMSGRAD}) {
      final float[] params = floats();
      final float[] expected = params.clone();
      final float[][] kept = new float[3][LENGTH];
      final AdamState state = AdamState.of(adam, Format.FLOAT32, LENGTH);
      for (int t = 1; t <= 5; t++) {
        final float[] grads = floats();
        step(adam, state, Storage.of(params), Storage.of(grads));
        final AdamSlice slice = AdamSlice.of(expected, grads, kept[0], kept[1]);
        AdamKernel.preferred()
            .step(adam.atStep(t), adam == AMSGRAD ? slice.withMaximum(kept[2]) : slice);
      }
      assertThat(params).isEqualTo(expected);
      assertThat(state.stepCount()).isEqualTo(5);
      assertThat(state.firstMoment().get(36)).isEqualTo(kept[0][36]);
      assertThat(state.secondMoment().get(36)).isEqualTo(kept[1][36]);
      if (adam == AMSGRAD) {
        assertThat(state.maximum().get(36)).isEqualTo(kept[2][36]);
      }
    }
  }

  @Test
  void whatIsKeptIsOfDoublesOrFloats() {
    assertThat(AdamState.of(AMSGRAD, Format.FLOAT64, 3).maximum().format())
        .isEqualTo(Format.FLOAT64);
    final AdamState state = AdamState.of(AMSGRAD, Format.BFLOAT16, 3);
    assertThat(state.firstMoment().format()).isEqualTo(Format.FLOAT32);
    assertThat(state.isFor(Storage.of(new float[3]))).isTrue();
    assertThat(state.isFor(Storage.ofBfloat16(new short[3]))).isTrue();
    assertThat(state.isFor(Storage.of(new float[4]))).isFalse();
    assertThat(state.isFor(Storage.of(new double[3]))).isFalse();
    assertThat(state).hasToString("AdamState[3 of FLOAT32, stepCount=0, with maximum]");
  }

  @Test
  void aFileGoesOnWithTheSameBits() throws IOException {
    final Path file = folder.resolve("states.safetensors");
    final AdamState floats = AdamState.of(AMSGRAD, Format.FLOAT32, LENGTH);
    final AdamState doubles = AdamState.of(AMSGRAD, Format.FLOAT64, 2);
    final float[] params = floats();
    step(AMSGRAD, floats, Storage.of(params), Storage.of(floats()));
    doubles.setStepCount(1L << 40);
    doubles.maximum().set(1, 0.1);
    AdamState.save(file, Map.of("layer.step", floats, "other", doubles));
    final Map<String, AdamState> read = AdamState.load(file, AMSGRAD);

    assertThat(read).containsOnlyKeys("layer.step", "other");
    assertThat(read.get("other").stepCount()).isEqualTo(1L << 40);
    assertThat(read.get("other").maximum().get(1)).isEqualTo(0.1);
    final float[] copy = params.clone();
    final float[] grads = floats();
    step(AMSGRAD, floats, Storage.of(params), Storage.of(grads));
    step(AMSGRAD, read.get("layer.step"), Storage.of(copy), Storage.of(grads));
    assertThat(copy).isEqualTo(params);
  }

  @Test
  void nullIsNamedBeforeAFileIsWritten() {
    final Path file = folder.resolve("states.safetensors");
    final Map<String, AdamState> states = new HashMap<>();
    states.put("w", null);
    assertThatThrownBy(() -> AdamState.save(file, states))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("the state of w is null");
    states.clear();
    states.put(null, AdamState.of(AMSGRAD, Format.FLOAT32, 3));
    assertThatThrownBy(() -> AdamState.save(file, states))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("a name of states is null");
    assertThat(file).doesNotExist();
  }

  @Test
  void otherFilesAreRefused() throws IOException {
    final Path file = folder.resolve("states.safetensors");
    AdamState.save(file, Map.of("w", AdamState.of(AMSGRAD, Format.FLOAT32, 3)));
    assertThatThrownBy(() -> AdamState.load(file, Adam.defaults()))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining(
            "has [state.w.max_exp_avg_sq] besides: expected states with amsgrad = NONE");
    AdamState.save(file, Map.of("w", AdamState.of(Adam.defaults(), Format.FLOAT32, 3)));
    assertThatThrownBy(() -> AdamState.load(file, AMSGRAD))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("state.w.max_exp_avg_sq is not there: expected");
    write(file, "2", 3, 1);
    assertThatThrownBy(() -> AdamState.load(file, Adam.defaults()))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("adamant.states is 2: expected 1");
    write(file, "1", 4, 1);
    assertThatThrownBy(() -> AdamState.load(file, Adam.defaults()))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("expected as many numbers as state.w.exp_avg has");
    write(file, "1", 3, -1);
    assertThatThrownBy(() -> AdamState.load(file, Adam.defaults()))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("expected one I64 of at least 0");
    write(file, "1", 3, 7);
    assertThat(AdamState.load(file, Adam.defaults()).get("w").stepCount()).isEqualTo(7);
    Files.writeString(file, "no such file");
    assertThatThrownBy(() -> AdamState.load(file, Adam.defaults()))
        .isInstanceOf(CheckpointException.class);
  }

  @Test
  void badUseIsAnExceptionWithAdvice() {
    final AdamState state = AdamState.of(Adam.defaults(), Format.FLOAT32, 3);
    assertThatThrownBy(() -> state.setStepCount(-1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("newStepCount = -1: expected a value of at least 0");
    assertThatThrownBy(state::maximum)
        .isInstanceOf(NoSuchElementException.class)
        .hasMessage("no maximum is kept: expected hyper-parameters with AMSGrad");
    state.requireFits(Adam.pytorch());
    assertThatThrownBy(() -> state.requireFits(AMSGRAD))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("amsgrad = RAW: expected NONE, as before");
    assertThatThrownBy(
        () -> AdamState.of(AMSGRAD, Format.FLOAT32, 3).requireFits(Adam.defaults()))
        .hasMessageContaining("amsgrad = NONE: expected RAW or CORRECTED, as before");
    final Adam averaging = Adam.defaults().withAverageDecay(0.9);
    assertThatThrownBy(() -> state.requireFits(averaging))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("averageDecay = 0.9: expected 1, as there is no place for an average");
    assertThatThrownBy(() -> AdamState.of(averaging, Format.FLOAT32, 3))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("averageDecay = 0.9: expected 1");
    assertThatThrownBy(() -> AdamState.of(null, Format.FLOAT32, 3))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("adam is null");
    assertThatThrownBy(() -> AdamState.of(AMSGRAD, Format.FLOAT32, -1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("length = -1: expected at least 0");
  }

  private static void write(Path file, String version, int seconds, long steps)
      throws IOException {
    SafeTensorsWriter.create()
        .metadata("adamant.states", version)
        .tensor("state.w.exp_avg", DType.F32, new long[] {3}, MemorySegment.ofArray(new float[3]))
        .tensor(
            "state.w.exp_avg_sq", DType.F32, new long[] {seconds},
            MemorySegment.ofArray(new float[seconds]))
        .tensor(
            "state.w.step", DType.I64, new long[0], MemorySegment.ofArray(new long[] {steps}))
        .write(file);
  }

  private static void step(Adam adam, AdamState state, Storage params, Storage grads) {
    AdamKernel.preferred().step(adam.atStep(state.stepCount() + 1), state.slice(params, grads));
    state.setStepCount(state.stepCount() + 1);
  }

  private float[] floats() {
    final float[] floats = new float[LENGTH];
    for (int i = 0; i < LENGTH; i++) {
      floats[i] = random.nextFloat(-1, 1);
    }
    return floats;
  }
}
