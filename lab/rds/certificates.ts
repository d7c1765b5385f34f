import { writeFileSync } from 'node:fs';
import { generate } from 'selfsigned';

/** The time is long enough for any lab, and ends before the year 2050, where certificates spell dates differently. */
const YEARS = 5;

export interface ServerCertificate {
  key: string;
  cert: string;
}

/** The lab's own certificate authority replaces RDS's: clients verify certificates with it, and trust no other. */
export class CertificateAuthority {
  readonly #key: string;
  readonly cert: string;

  private constructor(key: string, cert: string) {
    this.#key = key;
    this.cert = cert;
  }

  /** @param file path that the certificate is written to for clients (`NODE_EXTRA_CA_CERTS`) */
  static async create(file: string): Promise<CertificateAuthority> {
    const made = await generate([{ name: 'commonName', value: 'Lab RDS Root CA' }], {
      ...common(),
      extensions: [
        { name: 'basicConstraints', cA: true, critical: true },
        { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
      ],
    });
    writeFileSync(file, made.cert);
    return new CertificateAuthority(made.private, made.cert);
  }

  /** Issues a certificate for one endpoint, which is also reached by its local address. */
  async issue(name: string): Promise<ServerCertificate> {
    // A common name has at most 64 characters; endpoints may be longer, and clients read the alternative names anyway.
    const made = await generate([{ name: 'commonName', value: name.slice(0, 64) }], {
      ...common(),
      ca: { key: this.#key, cert: this.cert },
      extensions: [
        { name: 'basicConstraints', cA: false, critical: true },
        { name: 'keyUsage', digitalSignature: true, critical: true },
        { name: 'extKeyUsage', serverAuth: true },
        {
          name: 'subjectAltName',
          altNames: [
            { type: 2, value: name },
            { type: 7, ip: '127.0.0.1' },
          ],
        },
      ],
    });
    return { key: made.private, cert: made.cert };
  }
}

function common() {
  const notBeforeDate = new Date(Date.now() - 60_000);
  const notAfterDate = new Date(notBeforeDate);
  notAfterDate.setFullYear(notAfterDate.getFullYear() + YEARS);
  return { keyType: 'ec', curve: 'P-256', algorithm: 'sha256', notBeforeDate, notAfterDate } as const;
}
