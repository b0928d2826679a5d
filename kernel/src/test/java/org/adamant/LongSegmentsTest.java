package org.adamant;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.adamant.Kept.As;
import org.adamant.internal.loop.Operand;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * Mapped files of more than 2^32 elements, of which a few thousand are stepped: at 2^31, at 2^32 and at the end, in
 * one call and as a model. The files have holes where nothing is written, so most file systems need little room for
 * them.
 *
 * <p>Runs only with {@code -Pheavy} or {@code -Dadamant.heavy=true}.
 */
@EnabledIfSystemProperty(named = "adamant.heavy", matches = "true")
@Tag("own-jvm")
class LongSegmentsTest {

  private static final int BLOCK = Format.BLOCK_LENGTH;

  private static final long LENGTH = (1L << 32) + 11 * BLOCK + 77;

  private static final Combination COMBINATION =
      new Combination(
          new EnumMap<>(
              Map.of(
                  Operand.PARAMS, As.NATIVE_FLOATS,
                  Operand.GRADS, As.NATIVE_HALVES,
                  Operand.M, As.NATIVE_BLOCKS,
                  Operand.V, As.NATIVE_BLOCKS,
                  Operand.COPY, As.NATIVE_HALVES)));

  @Test
  void elementsBeyondAnIndexAreSteppedLikeThoseOfASmallSlice(@TempDir Path directory)
      throws IOException {
    final Map<Operand, Storage> files = new EnumMap<>(Operand.class);
    final Map<Operand, MemorySegment> mapped = new EnumMap<>(Operand.class);
    try (Arena arena = Arena.ofShared()) {
      for (Map.Entry<Operand, As> entry : COMBINATION.as().entrySet()) {
        final Format format = entry.getValue().format;
        try (FileChannel channel =
            FileChannel.open(
                directory.resolve("" + entry.getKey()), StandardOpenOption.CREATE_NEW,
                StandardOpenOption.SPARSE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
          final MemorySegment all =
              channel
                  .map(FileChannel.MapMode.READ_WRITE, 0, format.byteSize(LENGTH), arena);
          mapped.put(entry.getKey(), all);
          files.put(entry.getKey(), Storage.of(all, format));
        }
      }
      final AdamSlice all = Combination.sliceOf(files);
      assertThat(all.length()).isEqualTo(LENGTH);
      int t = 1;
      for (LaneWidth width : List.of(LaneWidth.SCALAR, LaneWidth.preferred())) {
        for (long from : new long[] {
          (1L << 31) - 3 * BLOCK, (1L << 31) + BLOCK, (1L << 32) - 3 * BLOCK, (1L << 32),
          LENGTH - 77 - 2 * BLOCK}) {
          final int length = (int) Math.min(LENGTH - from, 5 * BLOCK);
          assertSteppedLikeASmallSlice(width, t++, all, files, from, length);
        }
      }
    }
  }

  private static void assertSteppedLikeASmallSlice(
      LaneWidth width,
      long t,
      AdamSlice all,
      Map<Operand, Storage> files,
      long from,
      int length) {
    final Map<Operand, Kept> small = COMBINATION.filled(length, t);
    small.forEach((operand, kept) -> copy(kept.storage(), files.get(operand).range(from, length)));
    final AdamKernel kernel = AdamKernel.of(width);
    final AdamStep step = Adam.defaults().withWeightDecay(0.01).atStep(t).withSeed(7);
    kernel.step(step, Combination.slice(small).numberedFrom(from));
    if (t % 2 == 0) {
      kernel.step(step, all.range(from, length));
    } else {
      // The second part first; both have numbers that go on from the first element of the files.
      final int cut = 2 * BLOCK;
      kernel.step(
          step,
          AdamModel.of(all.range(from + cut, length - cut), all.range(from, cut)), Runnable::run,
          2);
    }
    small.forEach(
        (operand, kept) -> {
          final Storage range = files.get(operand).range(from, length);
          for (int i = 0; i < length; i++) {
            final double x = range.get(i);
            assertThat(x != x ? -1 : Double.doubleToRawLongBits(x))
                .as("%s[%s + %s] at %s", operand, from, i, width)
                .isEqualTo(kept.bits(i));
          }
          // Nothing was written beside it: this is a hole again for the next step.
          range.bytes().fill((byte) 0);
          if (range.scales != null) {
            assertThat(range.scales.mismatch(kept.storage().scales)).isEqualTo(-1);
            range.scales.fill((byte) 0);
          }
          final long before = Math.min(from, 8 * BLOCK);
          final long behind = (Math.min(LENGTH - from - length, 8 * BLOCK)) / BLOCK * BLOCK;
          assertZero(files.get(operand).range(from - before, before));
          assertZero(files.get(operand).range(from + length, behind));
        });
  }

  private static void assertZero(Storage storage) {
    final long size = storage.bytes().byteSize();
    assertThat(storage.bytes().mismatch(MemorySegment.ofArray(new byte[(int) size])))
        .isEqualTo(-1);
  }

  private static void copy(Storage from, Storage to) {
    to.bytes().copyFrom(from.bytes());
    if (to.scales != null) {
      to.scales.copyFrom(from.scales);
    }
  }
}
