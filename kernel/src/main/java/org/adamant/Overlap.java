package org.adamant;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;

/** Finds operands that have bytes in common, by address, not by identity. */
final class Overlap {

  /** Stands for the array of memory outside the heap. */
  private static final Object OUTSIDE = new Object();

  private Overlap() {}

  /** Whether two storages have a byte in common. */
  static boolean exists(Storage one, Storage other) {
    if (one.array != null && other.array != null) {
      // This avoids loading the classes of segments, which a first step on arrays does not need.
      return one.array == other.array
          && one.offset < other.offset + other.length()
          && other.offset < one.offset + one.length();
    }
    for (MemorySegment left : segments(one)) {
      for (MemorySegment right : segments(other)) {
        if (left.asOverlappingSlice(right).isPresent()) {
          return true;
        }
      }
    }
    return false;
  }

  /** The segments of a storage: the numbers, and their scales. */
  private static List<MemorySegment> segments(Storage storage) {
    return storage.scales == null
        ? List.of(storage.bytes())
        : List.of(storage.segment, storage.scales);
  }

  /** A range of bytes, and its name. */
  private record Range(long from, long to, Object name) implements Comparable<Range> {
    @Override
    public int compareTo(Range other) {
      return Long.compare(from, other.from);
    }
  }

  /** A storage, and its name. */
  private record Piece(Storage storage, Object name) {}

  /** Finds bytes that are used twice among many storages. */
  static final class Finder {

    private final IdentityHashMap<Object, List<Range>> ranges = new IdentityHashMap<>();
    private final List<Piece> pieces = new ArrayList<>();

    /** Read-only segments, which hide their array because it could be written; rarely any. */
    private final List<Piece> readOnly = new ArrayList<>();

    /** Adds the bytes of a storage; the name becomes text only if it overlaps another. */
    void add(Storage storage, Object name) {
      if (storage.length() == 0) {
        return;
      }
      final Piece piece = new Piece(storage, name);
      pieces.add(piece);
      if (storage.array != null) {
        final long bytes = storage.format().bytes();
        add(
            storage.array, storage.offset * bytes,
            (storage.offset + storage.length()) * bytes, name);
        return;
      }
      for (MemorySegment segment : segments(storage)) {
        final Object base = segment.isNative() ? OUTSIDE : segment.heapBase().orElse(null);
        if (base == null) {
          readOnly.add(piece);
        } else {
          add(base, segment.address(), segment.address() + segment.byteSize(), name);
        }
      }
    }

    private void add(Object base, long from, long to, Object name) {
      // Without lambdas, here and below: the first one of a program takes milliseconds to link, in its first step.
      List<Range> sharing = ranges.get(base);
      if (sharing == null) {
        sharing = new ArrayList<>();
        ranges.put(base, sharing);
      }
      sharing.add(new Range(from, to, name));
    }

    /** Refuses bytes that were added twice. */
    void requireDisjoint() {
      for (List<Range> sharing : ranges.values()) {
        Collections.sort(sharing);
        for (int i = 1; i < sharing.size(); i++) {
          final Range left = sharing.get(i - 1);
          final Range right = sharing.get(i);
          if (right.from < left.to) {
            throw overlap(left.name, right.name);
          }
        }
      }
      for (Piece one : readOnly) {
        for (Piece other : pieces) {
          if (one != other && Overlap.exists(one.storage, other.storage)) {
            throw overlap(one.name, other.name);
          }
        }
      }
    }

    private static IllegalArgumentException overlap(Object one, Object other) {
      return new IllegalArgumentException(
          "slices overlap in memory, which is " + one + " and " + other
              + ": expected every element once");
    }
  }
}
