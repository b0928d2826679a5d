package org.adamant.internal.loop;

import java.util.concurrent.ConcurrentMap;

/** What is made once and shared by all threads. */
public final class Shared {

  private Shared() {}

  /**
   * Keeps what was made for a key, unless another thread was faster. Not {@code computeIfAbsent}, which takes a lambda,
   * and the first of those takes milliseconds to link, in the middle of a first step.
   *
   * @param <K> the type of keys
   * @param <V> the type of what is made
   * @param map what is kept
   * @param key the key
   * @param made what was made for it
   * @return what all threads are to use
   */
  public static <K, V> V keep(ConcurrentMap<K, V> map, K key, V made) {
    final V first = map.putIfAbsent(key, made);
    return first == null ? made : first;
  }
}
