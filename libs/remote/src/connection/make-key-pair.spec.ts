import { utils } from 'ssh2';
import { makeKeyPair } from './make-key-pair';

describe('a new key pair', () => {
  it('can be read, also where what ssh2 makes cannot', () => {
    const { private: good, public: line } = utils.generateKeyPairSync('ed25519', { comment: 'x' });
    const made = jest
      .spyOn(utils, 'generateKeyPairSync')
      .mockReturnValueOnce({ private: 'unreadable', public: line })
      .mockReturnValueOnce({ private: good, public: line });
    expect(makeKeyPair('x')).toEqual({ private: good, public: line });
    expect(made).toHaveBeenCalledTimes(2);
    made.mockRestore();
  });
});
