/**
 * The reference, the loop, its specialiser and the chooser. Not exported; nothing here checks its
 * arguments, and nothing here knows the public package.
 */
package org.adamant.internal;
