/**
 * The command that measures the kernel against other implementations of Adam. Their libraries are large, so the
 * classes that call them are compiled only in the Maven profile {@code peers}, from {@code src/peers/java}.
 */
package org.adamant.bench.peers;
