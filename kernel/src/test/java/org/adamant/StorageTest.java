package org.adamant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Where operands lie: what storages show, and what is refused before anything is written. */
@Tag("own-jvm")
class StorageTest {

  private static final AdamKernel KERNEL = AdamKernel.preferred();

  private static final AdamStep STEP = Adam.defaults().atStep(3);

  private static final int N = 600;

  // ---- Numbers. ----

  @ParameterizedTest
  @EnumSource(Format.class)
  void numbersAreReadAsTheyWereWritten(Format format) {
    final Storage storage = Storage.allocate(format, N, Arena.ofAuto());
    assertThat(storage.length()).isEqualTo(N);
    assertThat(storage.format()).isEqualTo(format);
    for (int i = 0; i < N; i++) {
      assertThat(storage.get(i)).isZero();
    }
    // Numbers of all formats, in blocks besides the largest.
    final double[] numbers = {1.5, -0.75, 0.5, 0.25, Double.POSITIVE_INFINITY, Double.NaN};
    final double step = format == Format.BLOCK8 ? 0x1p-15 * 2 : 0;
    for (int k = 0; k < numbers.length; k++) {
      storage.set(N - 1 - k, numbers[k]);
    }
    for (int k = 0; k < numbers.length; k++) {
      final double actual = storage.get(N - 1 - k);
      if (Double.isFinite(numbers[k])) {
        assertThat(Math.abs(actual - numbers[k])).isLessThanOrEqualTo(step);
      } else {
        assertThat(Double.doubleToLongBits(actual)).isEqualTo(Double.doubleToLongBits(numbers[k]));
      }
    }
    assertThat(storage.get(0)).isZero();
    assertThatThrownBy(() -> storage.get(N)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> storage.set(-1, 0)).isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void numbersAreWrittenAsTheFormatSays() {
    final Storage floats = Storage.of(new float[2]);
    floats.set(1, 0.1);
    assertThat(floats.get(1)).isEqualTo(0.1f);
    final Storage doubles = Storage.of(new double[2]);
    doubles.set(1, 0.1);
    assertThat(doubles.get(1)).isEqualTo(0.1);
    final short[] bits = new short[2];
    Storage.ofBfloat16(bits).set(1, -1 / 3.0);
    assertThat(bits).containsExactly(0, 0xbeab - 0x10000);
    // The last byte but two is the number: 2 is at most 0.875 * 2^(b-126), so b = 128 and z is 0.5.
    final byte[] bytes = new byte[Format.BLOCK_LENGTH + 2 + 1 + 2];
    final Storage blocks = Storage.of(MemorySegment.ofArray(bytes), Format.BLOCK8);
    assertThat(blocks.length()).isEqualTo(Format.BLOCK_LENGTH + 1);
    blocks.set(Format.BLOCK_LENGTH, 2);
    assertThat(bytes[Format.BLOCK_LENGTH]).isEqualTo((byte) (30 << 3));
    assertThat(Arrays.copyOfRange(bytes, Format.BLOCK_LENGTH + 1, bytes.length))
        .containsExactly(0, 0, 128, 1);
    blocks.set(0, -2);
    assertThat(bytes[0]).isEqualTo((byte) (0x80 | 14 << 3));
    assertThat(Arrays.copyOfRange(bytes, Format.BLOCK_LENGTH + 1, bytes.length))
        .containsExactly(128, 0, 128, 1);
  }

  @ParameterizedTest
  @EnumSource(Format.class)
  void aSegmentIsAsLongAsItsBytesSay(Format format) {
    for (int length = 0; length < 3 * Format.BLOCK_LENGTH; length++) {
      final long size = format.byteSize(length);
      assertThat(Storage.of(Arena.ofAuto().allocate(size, 8), format).length()).isEqualTo(length);
    }
    assertThat(format.byteSize(5L << 32)).isGreaterThanOrEqualTo((5L << 32) * format.bytes());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> format.byteSize(-1))
        .withMessageContaining("length = -1");
    assertThatThrownBy(() -> format.byteSize(Long.MAX_VALUE))
        .isInstanceOf(ArithmeticException.class);
  }

  @Test
  void rangesAreViewsOfTheSameNumbers() {
    for (Kept.As as : Kept.As.values()) {
      final Storage all = Kept.of(as, N, 1).storage();
      final Storage range = all.range(Format.BLOCK_LENGTH, N - Format.BLOCK_LENGTH);
      range.set(7, 0.5);
      assertThat(all.get(Format.BLOCK_LENGTH + 7)).as("%s", as).isPositive();
      assertThat(range.range(0, Format.BLOCK_LENGTH).get(7)).isPositive();
      assertThat(range.length()).isEqualTo(N - Format.BLOCK_LENGTH);
      assertThat(all.range(0, 0).length()).isZero();
      assertThat(all.range(N, 0).length()).isZero();
      assertThatThrownBy(() -> all.range(1, N)).isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> all.range(-1, 1)).isInstanceOf(IndexOutOfBoundsException.class);
      if (as.format == Format.BLOCK8) {
        assertThatIllegalArgumentException().isThrownBy(() -> all.range(1, N - 1));
        assertThatIllegalArgumentException()
            .isThrownBy(() -> all.range(0, 10))
            .withMessageContaining("length = 10");
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Format.class)
  void newMemoryIsAlignedZeroAndApartFromTheOneBefore(Format format) {
    try (Arena arena = Arena.ofShared()) {
      long place = -1;
      for (int i = 0; i < 40; i++) {
        final Storage storage = Storage.allocate(format, 4096, arena);
        final long address = storage.segment.address();
        assertThat(address % 64).isZero();
        // Malloc gives large blocks the same place in their pages.
        assertThat(address % 4096).isNotEqualTo(place);
        place = address % 4096;
        assertThat(storage.segment.mismatch(MemorySegment.ofArray(new byte[4096 * format.bytes()])))
            .isEqualTo(-1);
      }
      assertThatIllegalArgumentException().isThrownBy(() -> Storage.allocate(format, -1, arena));
      assertThat(Storage.allocate(format, 0, arena).length()).isZero();
    }
    final Arena closed = Arena.ofShared();
    closed.close();
    assertThatThrownBy(() -> Storage.allocate(format, 1, closed))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void buffersFilesAndArraysOfBytesAreMemoryLikeAnyOther(@TempDir Path directory)
      throws IOException {
    final float[] params = new float[N];
    final float[] grads = new float[N];
    for (int i = 0; i < N; i++) {
      params[i] = i * 0.01f;
      grads[i] = 0.5f - i % 7;
    }
    try (FileChannel channel =
        FileChannel.open(
            directory.resolve("moments"), StandardOpenOption.CREATE, StandardOpenOption.READ,
            StandardOpenOption.WRITE);
        Arena arena = Arena.ofConfined()) {
      final MemorySegment mapped =
          channel.map(FileChannel.MapMode.READ_WRITE, 0, 4L * N, arena);
      final ByteBuffer direct = ByteBuffer.allocateDirect(4 * N + 3);
      final int start = (int) (-MemorySegment.ofBuffer(direct).address() & 3);
      final AdamSlice slice =
          AdamSlice.of(
              Storage.of(MemorySegment.ofArray(params.clone()), Format.FLOAT32),
              Storage.of(
                  MemorySegment.ofArray(grads.clone()).asReadOnly(), Format.FLOAT32),
              Storage.of(mapped, Format.FLOAT32),
              Storage.of(
                  MemorySegment.ofBuffer(direct.slice(start, 4 * N)), Format.FLOAT32));
      KERNEL.step(STEP, slice);
      final float[] m = new float[N];
      final float[] v = new float[N];
      KERNEL.step(STEP, params, grads, m, v);
      assertThat(mapped.toArray(ValueLayout.JAVA_FLOAT)).isEqualTo(m);
      assertThat(MemorySegment.ofBuffer(direct.slice(start, 4 * N)).toArray(ValueLayout.JAVA_FLOAT))
          .isEqualTo(v);
    }
  }

  // ---- Refused. ----

  @Test
  void segmentsThatAreNoWholeNumbersAreRefused() {
    final MemorySegment memory = Arena.ofAuto().allocate(4096, 64);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Storage.of(memory.asSlice(0, 10), Format.FLOAT32))
        .withMessageStartingWith("segment has 10 bytes: expected");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Storage.of(memory.asSlice(0, 2), Format.BLOCK8))
        .withMessageStartingWith("segment has 2 bytes");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Storage.of(memory.asSlice(0, 256 + 3), Format.BLOCK8));
    for (Format format : Format.values()) {
      if (format.bytes() > 1) {
        assertThatIllegalArgumentException()
            .isThrownBy(() -> Storage.of(memory.asSlice(1, 64), format))
            .withMessageStartingWith("segment begins at address " + (memory.address() + 1));
        assertThatIllegalArgumentException()
            .isThrownBy(
                () -> Storage
                    .of(MemorySegment.ofArray(new byte[100]).asSlice(1, 64), format));
      }
      assertThatThrownBy(() -> Storage.of(null, format)).hasMessage("segment is null");
    }
    assertThatThrownBy(() -> Storage.of(memory, null)).hasMessage("format is null");
    assertThatThrownBy(() -> Storage.of((float[]) null)).hasMessage("array is null");
    assertThatThrownBy(() -> Storage.of((double[]) null)).hasMessage("array is null");
    assertThatThrownBy(() -> Storage.ofBfloat16(null)).hasMessage("bits is null");
    final Arena arena = Arena.ofConfined();
    final MemorySegment closed = arena.allocate(64);
    arena.close();
    assertThatThrownBy(() -> Storage.of(closed, Format.FLOAT32))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("segment lies in an arena that is closed");
  }

  @Test
  void operandsThatDoNotGoTogetherAreRefused() {
    final Storage floats = Storage.of(new float[N]);
    final Storage doubles = Storage.of(new double[N]);
    final Storage blocks = Storage.allocate(Format.BLOCK8, N, Arena.ofAuto());
    final Storage halves = Storage.ofBfloat16(new short[N]);
    final Supplier<Storage> other = () -> Storage.of(new float[N]);
    refused("grads has length 5",
        () -> AdamSlice.of(floats, Storage.of(new float[5]), other.get(), other.get()));
    refused("v has length 5",
        () -> AdamSlice.of(floats, other.get(), other.get(), Storage.of(new float[5])));
    refused("m has the format FLOAT64",
        () -> AdamSlice.of(floats, other.get(), doubles, other.get()));
    refused("grads has the format FLOAT32",
        () -> AdamSlice.of(doubles, other.get(), other.get(), other.get()));
    refused("params has the format BLOCK8",
        () -> AdamSlice.of(blocks, other.get(), other.get(), other.get()));
    refused("grads has the format BLOCK8",
        () -> AdamSlice.of(floats, blocks, other.get(), other.get()));
    final AdamSlice slice = AdamSlice.of(floats, other.get(), other.get(), other.get());
    refused("maximum has the format BLOCK8", () -> slice.withMaximum(blocks));
    refused("average has the format BLOCK8", () -> slice.withAverage(blocks));
    refused("copy has the format BLOCK8", () -> slice.withCopy(blocks));
    refused("copy has the format FLOAT64", () -> slice.withCopy(doubles));
    refused("copy has length 3", () -> slice.withCopy(Storage.of(new float[3])));
    refused("remainder has the format BFLOAT16 for params in FLOAT32",
        () -> slice.withRemainder(halves));
    refused(
        "remainder has the format FLOAT32",
        () -> AdamSlice.of(halves, other.get(), other.get(), other.get())
            .withRemainder(other.get()));
    refused("updateOnly", () -> KERNEL.step(STEP.withUpdateOnly(), slice.withCopy(halves)));
    assertThatThrownBy(() -> slice.withCopy(null)).hasMessage("copy is null");
    assertThatThrownBy(() -> AdamSlice.of(floats, null, floats, floats))
        .hasMessage("grads is null");
    refused("firstNumber = -1", () -> slice.numberedFrom(-1));
    refused(
        "firstNumber = 100",
        () -> AdamSlice.of(floats, other.get(), blocks, other.get()).numberedFrom(100));
    refused(
        "offset = 0, length = 100",
        () -> AdamSlice.of(floats, other.get(), blocks, other.get()).range(0, 100));
  }

  private static void refused(String message, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(message);
  }

  @Test
  void bytesInCommonAreRefused() {
    final MemorySegment memory = Arena.ofAuto().allocate(16 * N, 64);
    final byte[] bytes = new byte[16 * N];
    final Supplier<Storage> other = () -> Storage.of(new float[N]);
    for (MemorySegment base : List.of(memory, MemorySegment.ofArray(bytes))) {
      final Storage first = Storage.of(base.asSlice(0, 4 * N), Format.FLOAT32);
      final Storage second = Storage.of(base.asSlice(4 * N, 4 * N), Format.FLOAT32);
      // Two halves of one buffer are two operands.
      final AdamSlice slice = AdamSlice.of(first, second, other.get(), other.get());
      KERNEL.step(STEP, slice);
      final Storage across = Storage.of(base.asSlice(8 * N - 4, 4 * N), Format.FLOAT32);
      refused("grads and m overlap", () -> AdamSlice.of(first, second, across, other.get()));
      refused("copy and params overlap", () -> slice.withCopy(first));
      refused(
          "copy and params overlap",
          () -> slice.withCopy(Storage.of(base.asSlice(0, 2 * N), Format.BFLOAT16)));
      // The scales of a block, not its numbers.
      final MemorySegment blocks = base.asSlice(4 * N - 4, Format.BLOCK8.byteSize(N));
      refused(
          "params and m overlap",
          () -> AdamSlice.of(first, other.get(), Storage.of(blocks, Format.BLOCK8), other.get()));
      // Operands of two slices.
      final AdamSlice apart =
          AdamSlice.of(
              Storage.of(base.asSlice(8 * N, 4 * N), Format.FLOAT32), other.get(), other.get(),
              other.get());
      AdamModel.of(slice, apart, slice.range(0, 0));
      final AdamSlice touching = AdamSlice.of(across, other.get(), other.get(), other.get());
      refused(
          "slices overlap in memory, which is grads of slices[0] (offset = 0, length = 600) and params of"
              + " slices[1]",
          () -> AdamModel.of(slice, touching));
      AdamModel.of(slice.range(0, N - 1), touching);
    }
    final float[] array = new float[2 * N];
    final MemorySegment segment = MemorySegment.ofArray(array);
    final Storage left = Storage.of(segment.asSlice(0, 4 * N), Format.FLOAT32);
    final Storage right = Storage.of(segment.asSlice(4 * N), Format.FLOAT32);
    AdamSlice.of(left, right, other.get(), other.get());
    refused(
        "params and v overlap",
        () -> AdamSlice.of(Storage.of(array).range(0, N), other.get(), other.get(), left));
    // The same bytes as shorts.
    final short[] shorts = new short[2 * N];
    refused(
        "params and m overlap",
        () -> AdamSlice.of(
            Storage.ofBfloat16(shorts).range(0, N), other.get(),
            Storage.of(MemorySegment.ofArray(shorts), Format.BFLOAT16).range(N - 1, N),
            other.get()));
  }

  /** Of read-only memory on the heap it cannot be asked which array it is. */
  @Test
  void bytesInCommonWithReadOnlyGradientsAreRefused() {
    for (MemorySegment memory : List.of(
        MemorySegment.ofArray(new byte[4 * N]), Arena.ofAuto().allocate(4 * N, 64))) {
      final Supplier<Storage> other = () -> Storage.of(new float[N]);
      final Storage writable = Storage.of(memory, Format.FLOAT32);
      final Storage readOnly = Storage.of(memory.asReadOnly(), Format.FLOAT32);
      refused("grads and m overlap",
          () -> AdamSlice.of(other.get(), readOnly, writable, other.get()));
      final AdamSlice reading = AdamSlice.of(other.get(), readOnly, other.get(), other.get());
      final AdamSlice writing = AdamSlice.of(other.get(), other.get(), writable, other.get());
      refused("slices overlap in memory", () -> AdamModel.of(reading, writing));
      refused("slices overlap in memory", () -> AdamModel.of(writing, reading));
    }
  }

  @Test
  void readOnlyMemoryIsRefusedWhereItIsToBeWritten() {
    final MemorySegment memory = Arena.ofAuto().allocate(4 * N, 64);
    final Storage readOnly = Storage.of(memory.asReadOnly(), Format.FLOAT32);
    final Supplier<Storage> other = () -> Storage.of(new float[N]);
    refused("params lies in a read-only segment",
        () -> AdamSlice.of(readOnly, other.get(), other.get(), other.get()));
    refused("m lies in a read-only segment",
        () -> AdamSlice.of(other.get(), other.get(), readOnly, other.get()));
    refused("v lies in a read-only segment",
        () -> AdamSlice.of(other.get(), other.get(), other.get(), readOnly));
    refused("this storage lies in a read-only segment", () -> readOnly.set(0, 1));
    final Storage params = other.get();
    final AdamSlice slice = AdamSlice.of(params, readOnly, other.get(), other.get());
    refused("copy lies in a read-only segment",
        () -> AdamSlice.of(params, other.get(), other.get(), other.get()).withCopy(readOnly));
    params.set(0, 1);
    for (AdamStep step : List.of(STEP.withZeroGradient(), STEP.withUpdateOnly(),
        STEP.withNegatedUpdate())) {
      refused("grads lies in a read-only segment", () -> KERNEL.step(step, slice));
      refused("grads of slices[0] lies in a read-only segment",
          () -> KERNEL.step(step, AdamModel.of(slice)));
    }
    assertThat(params.get(0)).isEqualTo(1);
    KERNEL.step(STEP, slice);
  }

  /** What is asked of memory when a step is done, for each operand in its turn; nothing is written by then. */
  @Test
  void memoryThatCannotBeTouchedIsRefusedByName() throws Exception {
    final String[] names = {"params", "grads", "m", "v", "maximum", "average", "copy"};
    for (int k = 0; k < names.length; k++) {
      final float[][] arrays = new float[names.length][N];
      for (float[] array : arrays) {
        Arrays.fill(array, 1);
      }
      final Arena arena = Arena.ofConfined();
      final MemorySegment memory = arena.allocate(4 * N, 64);
      final AdamSlice slice = slice(arrays, k, Storage.of(memory, Format.FLOAT32));
      final AdamModel model = AdamModel.of(slice);

      final String ofSlice = names[k] + " of slices[0]";
      assertThat(inAnotherThread(() -> KERNEL.step(STEP, slice)))
          .isInstanceOf(WrongThreadException.class)
          .hasMessageStartingWith(names[k] + " lies in another thread's confined arena");
      assertThat(inAnotherThread(() -> KERNEL.globalNorm(model)))
          .hasMessageStartingWith(ofSlice + " lies in another thread's confined arena");
      assertThatThrownBy(() -> KERNEL.step(STEP, model, Runnable::run, 2))
          .isInstanceOf(WrongThreadException.class)
          .hasMessageStartingWith(ofSlice + " lies in a confined arena");
      assertThatThrownBy(
          () -> KERNEL.step(STEP.withNonFinite(NonFinite.SKIP), model, Runnable::run, 2))
          .isInstanceOf(WrongThreadException.class);
      assertThatThrownBy(() -> KERNEL.globalNorm(model, Runnable::run, 2))
          .isInstanceOf(WrongThreadException.class);
      assertThat(memory.mismatch(MemorySegment.ofArray(new float[N]))).isEqualTo(-1);
      arena.close();
      final List<ThrowingCallable> calls =
          List.of(
              () -> KERNEL.step(STEP, slice),
              () -> KERNEL.step(STEP, model),
              () -> KERNEL.step(List.of(STEP), model),
              () -> KERNEL.step(STEP, model, Runnable::run, 2),
              () -> KERNEL.globalNorm(model));
      for (ThrowingCallable call : calls) {
        assertThatThrownBy(call)
            .isInstanceOf(IllegalStateException.class)
            .hasMessageStartingWith(names[k])
            .hasMessageContaining("lies in an arena that is closed");
      }
      for (float[] array : arrays) {
        assertThat(array).containsOnly(1);
      }
    }
  }

  private static AdamSlice slice(float[][] arrays, int k, Storage storage) {
    final Storage[] storages = new Storage[arrays.length];
    for (int i = 0; i < storages.length; i++) {
      storages[i] = i == k ? storage : Storage.of(arrays[i]);
    }
    return AdamSlice.of(storages[0], storages[1], storages[2], storages[3])
        .withMaximum(storages[4])
        .withAverage(storages[5])
        .withCopy(storages[6]);
  }

  private static Throwable inAnotherThread(ThrowingCallable call) throws InterruptedException {
    final AtomicReference<Throwable> thrown = new AtomicReference<>();
    final Thread thread = new Thread(() -> thrown.set(catchThrowable(call)));
    thread.start();
    thread.join();
    return thrown.get();
  }

  // ---- Closed in the middle. ----

  /** So large a step takes milliseconds; it is tried until one is caught in its middle. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void anArenaThatIsClosedInTheMiddleOfAStepIsAnException(int threads) throws Exception {
    final int length = 1 << 20;
    final Storage grads = Storage.of(new float[length]);
    try (ExecutorService executor = Executors.newSingleThreadExecutor()) {
      for (Format format : List.of(Format.FLOAT32, Format.BFLOAT16, Format.BLOCK8)) {
        boolean isCaught = false;
        for (int run = 0; run < 200 && !isCaught; run++) {
          final Arena arena = Arena.ofShared();
          final Format ofParams = format == Format.BLOCK8 ? Format.FLOAT32 : format;
          final AdamModel model =
              AdamModel.of(
                  AdamSlice.of(
                      Storage.allocate(ofParams, length, arena),
                      grads,
                      Storage.allocate(format, length, arena),
                      Storage.allocate(format, length, arena)));
          final int patience = 1000 + run * 20_000;
          final CompletableFuture<Void> closing =
              CompletableFuture.runAsync(
                  () -> {
                    final long end = System.nanoTime() + patience;
                    while (System.nanoTime() < end) {
                      Thread.onSpinWait();
                    }
                    close(arena);
                  });
          Throwable thrown = null;
          for (int t = 1; t < 100 && thrown == null; t++) {
            final AdamStep step = Adam.defaults().atStep(t);
            thrown = catchThrowable(() -> KERNEL.step(step, model, executor, threads));
          }
          closing.join();
          close(arena);
          if (thrown != null) {
            assertThat(thrown).isExactlyInstanceOf(IllegalStateException.class);
            isCaught = thrown.getMessage().startsWith("an arena was closed during the step");
            // Otherwise it was closed between two steps.
            assertThat(isCaught || thrown.getMessage().contains("lies in an arena that is closed"))
                .as(thrown.toString())
                .isTrue();
          }
        }
        assertThat(isCaught).as("%s, caught in the middle of a step", format).isTrue();
      }
    }
  }

  /** Other threads may be in the middle of it: then it is tried again. */
  private static void close(Arena arena) {
    while (arena.scope().isAlive()) {
      try {
        arena.close();
      } catch (IllegalStateException e) {
        Thread.onSpinWait();
      }
    }
  }

  @Test
  void saysWhereTheNumbersLie(@TempDir Path folder) throws IOException {
    final MemorySegment heap = MemorySegment.ofArray(new byte[8]);
    assertThat(Storage.of(new float[2])).hasToString("Storage[FLOAT32, float[], length = 2]");
    assertThat(Storage.of(heap, Format.BFLOAT16))
        .hasToString("Storage[BFLOAT16, heap segment, length = 4]");
    try (Arena arena = Arena.ofConfined();
        FileChannel channel =
            FileChannel.open(
                folder.resolve("numbers"), StandardOpenOption.CREATE, StandardOpenOption.READ,
                StandardOpenOption.WRITE)) {
      assertThat(Storage.of(arena.allocate(8), Format.FLOAT32))
          .hasToString("Storage[FLOAT32, native, length = 2]");
      final MemorySegment mapped =
          channel.map(FileChannel.MapMode.READ_WRITE, 0, 8, arena);
      assertThat(Storage.of(mapped, Format.FLOAT64))
          .hasToString("Storage[FLOAT64, mapped, length = 1]");
    }
  }
}
