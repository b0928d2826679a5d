package org.adamant.checkpoint;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.stream.Collectors;

/**
 * A safetensors file of named arrays, strictly read. It holds the length of the header in 8 bytes, little endian;
 * the header, JSON in UTF-8; and the arrays' bytes.
 *
 * <p>A file is accepted only if all of this holds; otherwise a {@link CheckpointException} refuses it:
 *
 * <ul>
 * <li>The header is at most 100,000,000 bytes long and lies within the file. It is one JSON object, exactly as in
 * RFC 8259; white space may surround it. There are no comments, no comma before a closing bracket, no control
 * characters in strings, no half of a surrogate pair.
 * <li>{@code __metadata__}, if it is there, is an object of strings. Every other key names a tensor, an object of
 * exactly {@code dtype}, a name of {@link DType}; {@code shape}, an array of numbers; and {@code data_offsets}, an
 * array of two numbers. No key occurs twice.
 * <li>Numbers consist of digits only, and are at most 2^48.
 * <li>A tensor has as many bytes as its {@linkplain DType#byteSize dtype and shape say}. Tensors neither overlap
 * nor leave a hole; the first begins where the header ends, and the last ends where the file ends.
 * </ul>
 *
 * <p>Reading takes memory in proportion to the length of the header, whatever the header says.
 */
public final class SafeTensors {

  /** The largest number of bytes of a header, that of the reference implementation. */
  static final int MAX_HEADER = 100_000_000;

  /** The header begins after its length. */
  static final int HEADER_BEGIN = Long.BYTES;

  private static final ValueLayout.OfLong LENGTH =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final Map<String, String> metadata;

  /** By name, in order of their bytes. */
  private final Map<String, Tensor> tensors;

  private SafeTensors(Map<String, String> metadata, Map<String, Tensor> tensors) {
    this.metadata = Collections.unmodifiableMap(metadata);
    this.tensors = Collections.unmodifiableMap(tensors);
  }

  /**
   * Maps a file, which may be larger than the memory, and reads its header. The file must stay as it is as long as
   * the arena is open: truncating it would crash readers. {@link SafeTensorsWriter} replaces it by another file,
   * which does no harm (Windows refuses to replace a mapped file).
   *
   * @param file the file
   * @param arena the arena that owns the mapping and ends it
   * @return the content of the file
   * @throws NullPointerException if an argument is null
   * @throws CheckpointException if the file is not of this format
   * @throws IOException if the file cannot be read
   * @throws IllegalStateException if the arena is closed
   * @throws UnsupportedOperationException on a machine that is not little endian
   */
  public static SafeTensors map(Path file, Arena arena) throws IOException {
    requireNonNull("file", file);
    requireNonNull("arena", arena);
    requireLittleEndian(ByteOrder.nativeOrder());
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      return read(
          file.toString(),
          channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena));
    }
  }

  /**
   * Reads the header of a file that is in memory.
   *
   * @param file the bytes of the file, all of the segment
   * @return the content of the file
   * @throws NullPointerException if the segment is null
   * @throws CheckpointException if the bytes are not of this format
   * @throws IllegalStateException if the segment's arena is closed
   * @throws UnsupportedOperationException on a machine that is not little endian
   */
  public static SafeTensors of(MemorySegment file) throws CheckpointException {
    requireNonNull("file", file);
    requireLittleEndian(ByteOrder.nativeOrder());
    return read("these bytes", file);
  }

  /** Refuses big endian: numbers are mapped as they are, and swapping their bytes would take a copy. */
  static void requireLittleEndian(ByteOrder order) {
    if (order != ByteOrder.LITTLE_ENDIAN) {
      throw new UnsupportedOperationException(
          "byte order = " + order + ": expected a machine with the order of the files, "
              + ByteOrder.LITTLE_ENDIAN);
    }
  }

  static void requireNonNull(String name, Object value) {
    if (value == null) {
      throw new NullPointerException(name + " is null");
    }
  }

  private static SafeTensors read(String where, MemorySegment file) throws CheckpointException {
    final long size = file.byteSize();
    if (size < HEADER_BEGIN) {
      throw new CheckpointException(
          where + ": file length = " + size
              + ": expected at least the 8 bytes of the header's length");
    }
    final long length = file.get(LENGTH, 0);
    if (length < 0 || length > MAX_HEADER || length > size - HEADER_BEGIN) {
      throw new CheckpointException(
          where + ": header length = " + Long.toUnsignedString(length) + ": expected at most "
              + Math.min(MAX_HEADER, size - HEADER_BEGIN) + " in a file of " + size + " bytes");
    }
    final HeaderReader header =
        new HeaderReader(
            where, file.asSlice(HEADER_BEGIN, length).toArray(ValueLayout.JAVA_BYTE));
    final MemorySegment data = file.asSlice(HEADER_BEGIN + length).asReadOnly();
    return new SafeTensors(header.metadata(), tensors(where, header, data));
  }

  private static Map<String, Tensor> tensors(String where, HeaderReader header, MemorySegment data)
      throws CheckpointException {
    final List<HeaderReader.Entry> entries = new ArrayList<>(header.entries().values());
    entries.sort(
        Comparator.comparingLong(HeaderReader.Entry::begin)
            .thenComparingLong(HeaderReader.Entry::end));
    final Map<String, Tensor> tensors = new LinkedHashMap<>();
    long end = 0;
    for (HeaderReader.Entry entry : entries) {
      final String tensor = where + ": tensor " + HeaderReader.quote(entry.name());
      final String offsets = "data_offsets = [" + entry.begin() + ", " + entry.end() + "]";
      if (entry.begin() != end) {
        throw new CheckpointException(
            tensor + ": " + offsets + ": expected it to begin at " + end
                + ", where the tensor before it ends");
      }
      final long size;
      try {
        size = entry.dtype().byteSize(entry.shape());
      } catch (IllegalArgumentException e) {
        throw new CheckpointException(tensor + ": " + e.getMessage(), e);
      }
      // Both are at most 2^48, so this does not overflow. It also refuses an end before the beginning.
      if (entry.end() - entry.begin() != size) {
        throw new CheckpointException(
            tensor + ": " + offsets + ": expected an end of " + (entry.begin() + size) + " for "
                + entry.dtype() + " and shape = " + DType.text(entry.shape()));
      }
      end = entry.end();
      if (end > data.byteSize()) {
        throw new CheckpointException(
            tensor + ": " + offsets + ": expected an end of at most " + data.byteSize()
                + ", the bytes behind the header");
      }
      tensors.put(
          entry.name(),
          new Tensor(entry.name(), entry.dtype(), entry.shape(),
              data.asSlice(entry.begin(), size)));
    }
    if (end != data.byteSize()) {
      throw new CheckpointException(
          where + ": " + data.byteSize() + " bytes behind the header: expected " + end
              + ", those of its tensors");
    }
    return tensors;
  }

  /**
   * The metadata of the file.
   *
   * @return the strings by key, unmodifiable, in the order of the header
   */
  public Map<String, String> metadata() {
    return metadata;
  }

  /**
   * The names of the tensors.
   *
   * @return the names, unmodifiable, in the order of the tensors' bytes; tensors without bytes at the same place
   *     are in the order of the header
   */
  public List<String> names() {
    return List.copyOf(tensors.keySet());
  }

  /**
   * The tensor of a name.
   *
   * @param name the name
   * @return the tensor
   * @throws NullPointerException if the name is null
   * @throws NoSuchElementException if no tensor has this name; the message lists those that there are
   */
  public Tensor tensor(String name) {
    requireNonNull("name", name);
    final Tensor tensor = tensors.get(name);
    if (tensor == null) {
      final int shown = 20;
      throw new NoSuchElementException(
          "name = " + HeaderReader.quote(name) + ": expected one of the " + tensors.size()
              + " tensors, "
              + tensors.keySet()
                  .stream()
                  .limit(shown)
                  .map(HeaderReader::quote)
                  .collect(Collectors.joining(", "))
              + (tensors.size() > shown ? ", ..." : ""));
    }
    return tensor;
  }

  @Override
  public String toString() {
    return "SafeTensors" + tensors.values();
  }
}
