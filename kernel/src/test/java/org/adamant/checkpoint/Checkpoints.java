package org.adamant.checkpoint;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;

/** Small checkpoints that can be told apart, and files made by hand. */
final class Checkpoints {

  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private static final int TENSORS = 4;

  private Checkpoints() {}

  /** A state in which everything says the same number: the metadata, and all numbers of all tensors. */
  static SafeTensorsWriter of(long counter, int length) {
    final long[] numbers = new long[length];
    Arrays.fill(numbers, counter);
    final SafeTensorsWriter writer =
        SafeTensorsWriter.create().metadata("counter", Long.toString(counter));
    for (int i = 0; i < TENSORS; i++) {
      writer.tensor("numbers" + i, DType.I64, new long[] {length}, MemorySegment.ofArray(numbers));
    }
    return writer;
  }

  /** The number that everything in a state of {@link #of} says. */
  static long counter(SafeTensors state) {
    final long counter = Long.parseLong(state.metadata().get("counter"));
    if (state.names().size() != TENSORS) {
      throw new AssertionError(state.toString());
    }
    for (String name : state.names()) {
      final Tensor tensor = state.tensor(name);
      for (long i = 0; i < tensor.elements(); i++) {
        final long number = tensor.data().get(LONG, 8 * i);
        if (number != counter) {
          throw new AssertionError(name + "[" + i + "] = " + number + ", but counter = " + counter);
        }
      }
    }
    return counter;
  }

  /** The bytes that a writer writes. */
  static byte[] bytes(SafeTensorsWriter writer) throws IOException {
    final FakeFiles files = new FakeFiles();
    final Path path = Path.of("/folder/file");
    writer.write(path, files);
    return files.read(path);
  }

  /** A file with this header, its length before it, and so many bytes 0, 1, 2, ... behind it. */
  static byte[] file(String header, int data) {
    final byte[] bytes = header.getBytes(StandardCharsets.UTF_8);
    return file(bytes.length, bytes, data);
  }

  /** A file that says that its header has this length. */
  static byte[] file(long length, byte[] header, int data) {
    final ByteArrayOutputStream file = new ByteArrayOutputStream();
    file.writeBytes(
        ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(length).array());
    file.writeBytes(header);
    for (int i = 0; i < data; i++) {
      file.write(i);
    }
    return file.toByteArray();
  }

  /** Reads such bytes. */
  static SafeTensors read(byte[] file) throws CheckpointException {
    return SafeTensors.of(MemorySegment.ofArray(file));
  }
}
