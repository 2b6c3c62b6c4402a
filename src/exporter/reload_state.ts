/** Whether the latest configuration is in use. */

/** The state of the configuration. */
export interface ReloadState {
  /** The latest configuration is in use. */
  readonly isSuccessful: boolean;
  /** When the one in use was read, Unix time in seconds. */
  readonly loadedAtS: number;
}
