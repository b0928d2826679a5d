package org.adamant.checkpoint;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

class SafeTensorsWriterTest {

  private static final MemorySegment NONE = MemorySegment.NULL;

  private static final long[] EMPTY = {0};

  @Test
  void theFileThatTheReferenceWrites() throws IOException {
    final byte[] file =
        Checkpoints.bytes(
            SafeTensorsWriter.create()
                .tensor("b", DType.U8, new long[] {3}, MemorySegment.ofArray(new byte[] {1, 2, 3}))
                .tensor("a", DType.U8, new long[] {1, 1}, MemorySegment.ofArray(new byte[] {4}))
                .tensor("z", DType.F32, new long[0], MemorySegment.ofArray(new float[] {1})));
    final String header =
        "{\"z\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[0,4]},"
            + "\"a\":{\"dtype\":\"U8\",\"shape\":[1,1],\"data_offsets\":[4,5]},"
            + "\"b\":{\"dtype\":\"U8\",\"shape\":[3],\"data_offsets\":[5,8]}}";
    final String padded = header + " ".repeat(Math.floorMod(-header.length(), 8));
    assertThat(file)
        .isEqualTo(
            ByteBuffer.allocate(8 + padded.length() + 8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(padded.length())
                .put(padded.getBytes(UTF_8))
                .put(HexFormat.of().parseHex("0000803f04010203"))
                .array());
  }

  /** Channels may take less at once than they are given. */
  @Test
  void aChannelGetsTheBytesOfTheFile() throws IOException {
    final SafeTensorsWriter writer =
        SafeTensorsWriter.create()
            .metadata("k", "v")
            .tensor("a", DType.F32, new long[] {600_000}, MemorySegment.ofArray(new float[600_000]))
            .tensor("z", DType.I64, new long[0], MemorySegment.ofArray(new long[] {-2}));
    final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    writer.writeTo(
        new WritableByteChannel() {
          @Override
          public int write(ByteBuffer from) {
            final byte[] some = new byte[Math.min(from.remaining(), 1000)];
            from.get(some);
            bytes.writeBytes(some);
            return some.length;
          }

          @Override
          public boolean isOpen() {
            return true;
          }

          @Override
          public void close() {
            throw new AssertionError("closed");
          }
        });
    assertThat(bytes.toByteArray()).isEqualTo(Checkpoints.bytes(writer));
    assertThatThrownBy(() -> writer.writeTo(null)).isInstanceOf(NullPointerException.class)
        .hasMessage("channel is null");
  }

  @Test
  void nothingIsAFileToo() throws IOException {
    final byte[] file = Checkpoints.bytes(SafeTensorsWriter.create());
    assertThat(file).isEqualTo(Checkpoints.file("{}      ", 0));
    assertThat(Checkpoints.read(file).names()).isEmpty();
    assertThat(Checkpoints.read(Checkpoints.bytes(SafeTensorsWriter.create().metadata("a", "b")))
        .metadata()).containsExactly(Map.entry("a", "b"));
  }

  /** Every type, in every length of the header modulo 8, from memory of every kind. */
  @Test
  void whatIsWrittenIsReadAgain() throws IOException {
    final Random random = new Random(1);
    try (Arena arena = Arena.ofConfined()) {
      for (int i = 0; i < 200; i++) {
        final SafeTensorsWriter writer = SafeTensorsWriter.create();
        final Map<String, String> metadata = new LinkedHashMap<>();
        for (int k = random.nextInt(3); k > 0; k--) {
          metadata.put(text(random), text(random));
        }
        metadata.forEach(writer::metadata);
        final Map<String, MemorySegment> data = new LinkedHashMap<>();
        final Map<String, long[]> shapes = new LinkedHashMap<>();
        final Map<String, DType> types = new LinkedHashMap<>();
        for (int k = random.nextInt(6); k > 0; k--) {
          final String name = text(random);
          final DType type = DType.values()[random.nextInt(DType.values().length)];
          final long[] shape = random.ints(random.nextInt(4), 0, 4).asLongStream().toArray();
          if (shape.length > 0) {
            shape[0] *= 4; // Whole bytes for all types.
          } else if (type.bits() < 8) {
            continue;
          }
          if (data.containsKey(name)) {
            continue;
          }
          final MemorySegment segment = segment(type.byteSize(shape), arena, random);
          writer.tensor(name, type, shape, segment);
          data.put(name, segment);
          shapes.put(name, shape);
          types.put(name, type);
        }
        final byte[] file = Checkpoints.bytes(writer);
        final SafeTensors read = Checkpoints.read(file);
        assertThat(read.metadata()).containsExactlyEntriesOf(metadata);
        assertThat(read.names()).containsExactlyInAnyOrderElementsOf(data.keySet());
        DType last = DType.U64;
        for (String name : read.names()) {
          final Tensor tensor = read.tensor(name);
          assertThat(tensor.shape()).isEqualTo(shapes.get(name));
          assertThat(tensor.dtype()).isEqualTo(types.get(name)).isLessThanOrEqualTo(last);
          assertThat(tensor.data().mismatch(data.get(name))).isEqualTo(-1);
          // Alignment; other than of 4 and 6 bits, where there is none.
          assertThat(tensor.data().address() % Math.max(1, tensor.dtype().bits() / 8)).isZero();
          last = tensor.dtype();
        }
      }
    }
  }

  /** Anything that can be text: controls, quotes, other planes. */
  private static String text(Random random) {
    final String pieces = "ab\"\\/\b\f\n\r\t\0\u001f\u007f\u0080\u2028\ufeff\uffffä漢";
    final StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(6); i > 0; i--) {
      if (random.nextInt(5) == 0) {
        text.appendCodePoint(0x10000 + random.nextInt(0x100000));
      } else {
        text.append(pieces.charAt(random.nextInt(pieces.length())));
      }
    }
    return text.toString();
  }

  private static MemorySegment segment(long size, Arena arena, Random random) {
    final byte[] bytes = new byte[(int) size];
    random.nextBytes(bytes);
    final MemorySegment array = MemorySegment.ofArray(bytes);
    final MemorySegment segment =
        switch (random.nextInt(5)) {
          case 0 -> arena.allocate(size);
          case 1 -> MemorySegment.ofArray(new float[(int) size / 4 + 1]).asSlice(0, size);
          case 2 -> MemorySegment.ofBuffer(FloatBuffer.allocate((int) size / 4 + 1))
              .asSlice(0, size);
          case 3 -> MemorySegment.ofBuffer(ByteBuffer.allocateDirect((int) size));
          default -> array;
        };
    segment.copyFrom(array);
    return random.nextBoolean() ? segment.asReadOnly() : segment;
  }

  @Test
  void tensorsOfManyChunks(@TempDir Path folder) throws IOException {
    final Path file = folder.resolve("a");
    for (int size : new int[] {(1 << 20) - 1, 1 << 20, (1 << 20) + 1, 3_500_000}) {
      final byte[] bytes = new byte[size];
      new Random(size).nextBytes(bytes);
      SafeTensorsWriter.create()
          .tensor("a", DType.U8, new long[] {size}, MemorySegment.ofArray(bytes))
          .tensor("b", DType.I8, new long[] {size}, MemorySegment.ofArray(bytes))
          .write(file);
      try (Arena arena = Arena.ofConfined()) {
        final SafeTensors read = SafeTensors.map(file, arena);
        for (String name : read.names()) {
          assertThat(read.tensor(name).data().mismatch(MemorySegment.ofArray(bytes))).isEqualTo(-1);
        }
      }
    }
  }

  @Test
  void whatIsNoTensorIsRefusedAtOnce() {
    final SafeTensorsWriter writer =
        SafeTensorsWriter.create().metadata("k", "v").tensor("a", DType.U8, EMPTY, NONE);
    assertThatThrownBy(() -> writer.metadata("k", "w")).hasMessageStartingWith("key = \"k\"");
    assertThatThrownBy(() -> writer.metadata("\ud83d", "w")).hasMessageContaining("surrogate");
    assertThatThrownBy(() -> writer.metadata("l", "\ude00")).hasMessageContaining("surrogate");
    assertThatThrownBy(() -> writer.tensor("\ude00\ud83d", DType.U8, EMPTY, NONE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("surrogate");
    assertThatThrownBy(() -> writer.tensor("a", DType.U8, EMPTY, NONE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("name = \"a\": expected one that is not there yet");
    assertThatThrownBy(() -> writer.tensor("__metadata__", DType.U8, EMPTY, NONE))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> writer.tensor("b", DType.F32, new long[] {1, 3}, NONE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "tensor \"b\": data has 0 bytes: expected 12 for F32 and shape = [1, 3]");
    assertThatThrownBy(() -> writer.tensor("b", DType.F32, new long[] {-1}, NONE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("dimension = -1");
    assertThatThrownBy(() -> writer.tensor("b", DType.F4, new long[] {1}, NONE))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> writer.tensor(null, DType.U8, EMPTY, NONE))
        .hasMessage("name is null");
    assertThatThrownBy(() -> writer.tensor("b", null, EMPTY, NONE)).hasMessage("dtype is null");
    assertThatThrownBy(() -> writer.tensor("b", DType.U8, null, NONE)).hasMessage("shape is null");
    assertThatThrownBy(() -> writer.tensor("b", DType.U8, EMPTY, null)).hasMessage("data is null");
    assertThatThrownBy(() -> writer.metadata(null, "")).hasMessage("key is null");
    assertThatThrownBy(() -> writer.metadata("", null)).hasMessage("value is null");
    assertThatThrownBy(() -> writer.write(null)).hasMessage("file is null");
  }

  @Test
  void aShapeIsCopied() throws IOException {
    final long[] shape = {0, 2};
    final SafeTensorsWriter writer =
        SafeTensorsWriter.create().tensor("a", DType.U8, shape, NONE);
    shape[0] = 7;
    assertThat(Checkpoints.read(Checkpoints.bytes(writer)).tensor("a").shape())
        .containsExactly(0, 2);
  }

  @Test
  void aHeaderThatNobodyWouldReadIsNotWritten() {
    final SafeTensorsWriter writer =
        SafeTensorsWriter.create().metadata("k", "x".repeat(SafeTensors.MAX_HEADER));
    final FakeFiles files = new FakeFiles();
    assertThatThrownBy(() -> writer.write(Path.of("/folder/file"), files))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("expected at most 100000000");
    assertThat(files.operations).isEmpty();
  }

  @Test
  void moreThanAFileCanHoldIsNotWritten(@TempDir Path folder) throws IOException {
    final long size = 1L << 32;
    final FakeFiles files = new FakeFiles();
    try (Arena arena = Arena.ofConfined()) {
      final MemorySegment large = sparse(folder.resolve("large"), size, arena);
      final SafeTensorsWriter writer = SafeTensorsWriter.create();
      for (int i = 0; i < 1 << 16; i++) {
        writer.tensor("t" + i, DType.U8, new long[] {size}, large);
      }
      writer.tensor("one more", DType.U8, new long[] {1}, large.asSlice(0, 1));
      assertThatThrownBy(() -> writer.write(Path.of("/folder/file"), files))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("more than 2^48 bytes");
    }
    assertThat(files.operations).isEmpty();
  }

  /** A file that takes no room where the file system can do that. */
  private static MemorySegment sparse(Path file, long size, Arena arena) throws IOException {
    try (FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE_NEW, StandardOpenOption.SPARSE,
            StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      return channel.map(FileChannel.MapMode.READ_WRITE, 0, size, arena);
    }
  }

  /** More than 2^32 bytes, none of them in the heap: a sparse file in, a file out, and back. */
  @Test
  @EnabledIfSystemProperty(named = "adamant.heavy", matches = "true")
  void aFileOfMoreThanFourGigabytes(@TempDir Path folder) throws IOException {
    final long size = (1L << 32) + 4 * 1234;
    final Path to = folder.resolve("to");
    try (Arena arena = Arena.ofShared()) {
      final MemorySegment all = sparse(folder.resolve("from"), size, arena);
      for (long at : new long[] {0, Integer.MAX_VALUE - 3L, 1L << 31, 1L << 32, size - 4}) {
        all.set(ValueLayout.JAVA_FLOAT_UNALIGNED, at, 0.5f + at);
      }
      SafeTensorsWriter.create().tensor("a", DType.F32, new long[] {size / 4}, all).write(to);
      assertThat(Files.size(to)).isGreaterThan(size);
      final Tensor read = SafeTensors.map(to, arena).tensor("a");
      assertThat(read.elements()).isEqualTo(size / 4);
      assertThat(read.data().mismatch(all)).isEqualTo(-1);
    }
  }
}
